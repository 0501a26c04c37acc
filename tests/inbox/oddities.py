"""What strangers' programs get wrong: fields, their values, and pieces of a body."""

FIELDS = (
    "From", "To", "Cc", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To",
    "References", "Received", "Return-Path", "Delivered-To", "Content-Type", "MIME-Version",
    "Content-Transfer-Encoding", "Content-Disposition", "Auto-Submitted", "Precedence", "List-Id",
    "X-Failed-Recipients", "X-Autoreply", "X-HmXmrOriginalRecipient", "Final-Recipient",
    "Original-Recipient", "Action", "Status", "Diagnostic-Code", "Disposition", "Feedback-Type",
    "X-Mailer", "Errors-To", "", "X" * 2_000, "\x00", "Bcc ", "Subject\t",
)  # fmt: skip

VALUES = (
    b"", b" ", b"<>", b"<", b"@", b'"', b"(((((", b'"' * 500, b"(" * 3_000, b"<" * 3_000,
    b"a@b.example, " * 2_000, b"a:" * 1_000 + b";", b"undisclosed-recipients:;",
    b"=?utf-8?q??=", b"=?utf-8?b?////?=", b"=?utf-7?q?+2AA-?=", b"=?x?b?=00?=", b"=?" * 5_000,
    b"=?utf-16?b?ANgA2A==?=", b"=?utf-8*en?Q?=00=0D=0A?=", b"=?idna?q?xn--a?= " * 100,
    b"=?gb2312?B?" + b"xOO6w" * 800 + b"?=", b"\xff\xfe\x00", b"\xed\xa0\x80", b"\r\r\r", b"\x0b",
    b"Tue, 99 Foo 99999 99:99:99 +9999", b"Mon, 1 Jan 0001 00:00:00 +1400", b"31 Dec 9999 23:59",
    b"Mon, 1 Jan 1 00:00:00 -9999999999", b"1" * 5_000, b"-1", b"9" * 400, b"1e999",
    b"<a@b>" * 5_000, b"<" + b"a" * 5_000 + b"@b>", b"<\x00@\x00>", b"<" * 200 + b">" * 200,
    b"multipart/mixed", b"multipart/mixed; boundary=", b'multipart/mixed; boundary=""',
    b'multipart/alternative; boundary="' + b"x" * 2_000 + b'"', b"multipart/digest; boundary=x",
    b"message/rfc822", b"message/delivery-status", b"message/partial; id=1; number=99999999999",
    b"message/external-body; access-type=local-file", b"text/html; charset=utf-7", b"text",
    b"text/plain; charset=idna", b"text/plain; charset=rot13", b"text/plain; charset=\x00",
    b"text/plain; charset*=utf-8''%ff%00", b"text/plain; charset*0*=a'b'c'd; charset*9=x",
    b"text/plain; name*0=a; name*0=b; name*1000000=c", b"application/ms-tnef", b"/", b";;;=;=",
    b"attachment; filename*0*=utf-8''%e4%00; filename*1=../../x", b"inline; filename=\xff",
    b"attachment; filename*=nothing'", b'attachment; filename="' + b"\\" * 999 + b'"',
    b"base64", b"quoted-printable", b"x-uuencode", b"BASE64\x00", b"8bit, base64", b"uue",
    b"rfc822; a@b.example", b"rfc822;" * 900, b"failed", b"5." + b"1" * 900, b"5.1.1 (\x00)",
    b"from a by b for <inbox+abcdefghijklmnopqrstuvwxyz234567@in.example.org>; x", b"for <" * 900,
    b"auto-replied", b"no", b"multipart/report; report-type=delivery-status; boundary=x",
)  # fmt: skip

PIECES = (
    b"\x00", b"\r", b"\n", b"\r\n\r\n", b"--x\r\n", b"--x--\r\n", b"\xff" * 300, b"\x1b$B\x00",
    b"\xed\xb0\x80", "\u202e\ufeff\u0000\u2028".encode(), b"begin 644 x\r\n#86)C\r\n`\r\nend\r\n",
    b"=\r\n=3D=00=", b"> " * 3_000, b">" * 20_000, b"-- \r\n", b"\r\n".join([b">" * 90] * 500),
    b"<div>" * 9_000, b"<blockquote>" * 2_000 + b"x", b"<!--" * 5_000, b"<a " * 9_000,
    b"&#" * 9_000,
    b"&#1114112;&#xd800;&#0;&#99999999999999999;", b"<style>" * 99, b"<![CDATA[" * 900,
    b"<" * 50_000,
    b"On 1 Dec 2026 at 9:00 <a@b.example> wrote:\r\n" * 300,
    b"From: a\r\nTo: b\r\nDate: c\r\n" * 300,
    b"back on 31.12.9999 until 0/0/0000 " * 300, b"31/12/" * 3_000, b"1 " * 20_000,
    b"5.1.1 " * 3_000,
    "٣١ ديسمبر ٩٩٩٩ ".encode() * 300, "二十十二月〇日".encode() * 900, "²³ ".encode() * 3_000,
    b"550 5.1.1 <a@b.example>: user unknown\r\n" * 300, b"a@" * 20_000, b"a." * 20_000 + b"@b",
    b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" * 40,
    b"recipient:" + b" " * 30_000, b"\t" * 30_000, b"\r\n" * 20_000, b"_" * 30_000, b"-" * 30_000,
    b"[" * 9_000, b"*" * 9_000, b":" * 30_000, "\u0301".encode() * 20_000, "ﷺ".encode() * 9_000,
)  # fmt: skip
