"""The kinds of file that come with mail, and what harm each may do to whoever opens one."""

from typing import NamedTuple

from outreach.texts import mark


class FileType(NamedTuple):
    """``endings`` and ``types`` (media types) are those that promise it.

    ``harm`` is what may happen to whoever opens one; empty where nothing is known to.
    """

    words: str
    endings: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    harm: str = ""


PROGRAM = FileType(
    mark("a program"),
    (
        ".exe", ".dll", ".com", ".scr", ".pif", ".cpl", ".msi", ".msix", ".jar", ".apk", ".app",
        ".dmg", ".pkg", ".deb", ".rpm", ".chm", ".xll", ".appimage",
    ),
    ("application/x-msdownload", "application/x-dosexec", "application/java-archive"),
    mark("it can do anything on the computer that opens it"),
)  # fmt: skip
SCRIPT = FileType(
    mark("a script"),
    (
        ".js", ".jse", ".mjs", ".vbs", ".vbe", ".wsf", ".wsh", ".hta", ".ps1", ".psm1", ".bat",
        ".cmd", ".sh", ".command", ".py", ".reg", ".sct", ".inf", ".applescript",
    ),
    ("application/javascript", "text/javascript", "application/x-sh", "application/hta"),
    mark("it can do anything on the computer that opens it"),
)  # fmt: skip
SHORTCUT = FileType(
    mark("a shortcut"),
    (
        ".lnk",
        ".url",
        ".desktop",
        ".webloc",
        ".scf",
        ".library-ms",
        ".search-ms",
        ".settingcontent-ms",
    ),
    (),
    mark("it starts what its sender chose"),
)
DISK = FileType(
    mark("a disk image"),
    (".iso", ".img", ".vhd", ".vhdx", ".udf"),
    ("application/x-iso9660-image",),
    mark("programs in it run without the usual warning"),
)
NOTEBOOK = FileType(
    mark("a OneNote notebook"),
    (".one", ".onepkg"),
    ("application/onenote",),
    mark("it can hide programs"),
)
HTML = FileType(
    mark("a web page"),
    (".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml", ".xht"),
    ("text/html", "application/xhtml+xml"),
    mark("it can show a false sign-in, run scripts and tell its sender that it was opened"),
)
SVG = FileType(
    mark("an SVG drawing"),
    (".svg", ".svgz"),
    ("image/svg+xml",),
    mark("it can run scripts and tell its sender that it was opened"),
)
MACROS = FileType(
    mark("an Office document with macros"),
    (".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".xlsb", ".pptm", ".potm", ".ppsm", ".ppam"),
    (),
    mark("its macros are programs; never allow them"),
)
OLD_OFFICE = FileType(
    mark("an Office document of the old kind, or one with a password"),
    (".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".msg"),
    ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
    mark("it may hold macros, which are programs; never allow them"),
)
LOCKED = FileType(
    mark("an archive with a password"),
    harm=mark("no scanner can look into it, which is why such archives carry programs"),
)
LOADED = FileType(
    mark("an archive that holds a program or a script"), harm=mark("do not open what is in it")
)
ACTIVE_PDF = FileType(
    mark("a PDF that holds a program"), harm=mark("open it only where scripts are off")
)
PDF = FileType(mark("a PDF"), (".pdf",), ("application/pdf",))
PNG = FileType(mark("a PNG picture"), (".png",), ("image/png",))
JPEG = FileType(mark("a JPEG picture"), (".jpg", ".jpeg", ".jpe"), ("image/jpeg", "image/jpg"))
GIF = FileType(mark("a GIF picture"), (".gif",), ("image/gif",))
WEBP = FileType(mark("a WebP picture"), (".webp",), ("image/webp",))
TIFF = FileType(mark("a TIFF picture"), (".tif", ".tiff"), ("image/tiff",))
OFFICE = FileType(
    mark("an Office document"),
    (".docx", ".dotx", ".xlsx", ".xltx", ".pptx", ".potx", ".ppsx"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
)
OPEN_DOCUMENT = FileType(
    mark("an OpenDocument file"),
    (".odt", ".ods", ".odp", ".odg"),
    ("application/vnd.oasis.opendocument.text",),
)
RTF = FileType(mark("a text in RTF"), (".rtf",), ("application/rtf", "text/rtf"))
ARCHIVE = FileType(
    mark("an archive"),
    (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".cab"),
    ("application/zip", "application/x-zip-compressed", "application/gzip"),
)
MAIL = FileType(mark("a mail"), (".eml",), ("message/rfc822",))
TEXT = FileType(
    mark("plain text"),
    (".txt", ".csv", ".tsv", ".ics", ".vcf", ".log", ".md", ".xml", ".json", ".asc", ".p7s"),
    ("text/plain", "text/csv", "text/calendar", "text/vcard"),
)
EMPTY = FileType(mark("an empty file"))
UNKNOWN = FileType(mark("a file of an unknown kind"))

FILE_TYPES = (
    PROGRAM, SCRIPT, SHORTCUT, DISK, NOTEBOOK, HTML, SVG, MACROS, OLD_OFFICE, PDF, PNG, JPEG, GIF,
    WEBP, TIFF, OFFICE, OPEN_DOCUMENT, RTF, ARCHIVE, MAIL, TEXT,
)  # fmt: skip
BY_ENDING = {ending: each for each in FILE_TYPES for ending in each.endings}
BY_MEDIA_TYPE = {media_type: each for each in FILE_TYPES for media_type in each.types}
# What runs, or leads to what does, once it is opened.
RUNS = frozenset({PROGRAM, SCRIPT, SHORTCUT, DISK, NOTEBOOK, HTML, MACROS})
