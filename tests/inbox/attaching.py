"""Mails with files, and the beginnings of files of many kinds."""

from email.message import EmailMessage
from io import BytesIO
from zipfile import ZipFile

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF"
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF"
PROGRAM = b"MZ\x90\0\3\0\0\0"
SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"></svg>'
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def a_zip(*names: str, locked: bool = False) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"something")
    content = bytearray(made.getvalue())
    if locked:  # bit 0 of the flags, in the file's own head and in the list at the end
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def a_mail_with(*files: tuple[str, str, bytes], text: str = "Enclosed.", html: str = "") -> bytes:
    """Each file as (name, type, content)."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ana <ana@mission-fr.example>", "inbox@in.example.org"
    mail["Subject"] = "Re: An open letter"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()
