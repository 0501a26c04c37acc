"""The kinds of file that come with mail, and what harm each may do to whoever opens one."""

from typing import NamedTuple


class FileType(NamedTuple):
    """``endings`` and ``types`` (media types) are those that promise it.

    ``harm`` is what may happen to whoever opens one; empty where nothing is known to.
    """

    words: str
    endings: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    harm: str = ""


PROGRAM = FileType(
    "a program",
    (
        ".exe", ".dll", ".com", ".scr", ".pif", ".cpl", ".msi", ".msix", ".jar", ".apk", ".app",
        ".dmg", ".pkg", ".deb", ".rpm", ".chm", ".xll", ".appimage",
    ),
    ("application/x-msdownload", "application/x-dosexec", "application/java-archive"),
    "it can do anything on the computer that opens it",
)  # fmt: skip
SCRIPT = FileType(
    "a script",
    (
        ".js", ".jse", ".mjs", ".vbs", ".vbe", ".wsf", ".wsh", ".hta", ".ps1", ".psm1", ".bat",
        ".cmd", ".sh", ".command", ".py", ".reg", ".sct", ".inf", ".applescript",
    ),
    ("application/javascript", "text/javascript", "application/x-sh", "application/hta"),
    "it can do anything on the computer that opens it",
)  # fmt: skip
SHORTCUT = FileType(
    "a shortcut",
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
    "it starts what its sender chose",
)
DISK = FileType(
    "a disk image",
    (".iso", ".img", ".vhd", ".vhdx", ".udf"),
    ("application/x-iso9660-image",),
    "programs in it run without the usual warning",
)
NOTEBOOK = FileType(
    "a OneNote notebook", (".one", ".onepkg"), ("application/onenote",), "it can hide programs"
)
HTML = FileType(
    "a web page",
    (".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml", ".xht"),
    ("text/html", "application/xhtml+xml"),
    "it can show a false sign-in, run scripts and tell its sender that it was opened",
)
SVG = FileType(
    "an SVG drawing",
    (".svg", ".svgz"),
    ("image/svg+xml",),
    "it can run scripts and tell its sender that it was opened",
)
MACROS = FileType(
    "an Office document with macros",
    (".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".xlsb", ".pptm", ".potm", ".ppsm", ".ppam"),
    (),
    "its macros are programs; never allow them",
)
OLD_OFFICE = FileType(
    "an Office document of the old kind, or one with a password",
    (".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".msg"),
    ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
    "it may hold macros, which are programs; never allow them",
)
LOCKED = FileType(
    "an archive with a password",
    harm="no scanner can look into it, which is why such archives carry programs",
)
LOADED = FileType("an archive that holds a program or a script", harm="do not open what is in it")
ACTIVE_PDF = FileType("a PDF that holds a program", harm="open it only where scripts are off")
PDF = FileType("a PDF", (".pdf",), ("application/pdf",))
PNG = FileType("a PNG picture", (".png",), ("image/png",))
JPEG = FileType("a JPEG picture", (".jpg", ".jpeg", ".jpe"), ("image/jpeg", "image/jpg"))
GIF = FileType("a GIF picture", (".gif",), ("image/gif",))
WEBP = FileType("a WebP picture", (".webp",), ("image/webp",))
TIFF = FileType("a TIFF picture", (".tif", ".tiff"), ("image/tiff",))
OFFICE = FileType(
    "an Office document",
    (".docx", ".dotx", ".xlsx", ".xltx", ".pptx", ".potx", ".ppsx"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
)
OPEN_DOCUMENT = FileType(
    "an OpenDocument file",
    (".odt", ".ods", ".odp", ".odg"),
    ("application/vnd.oasis.opendocument.text",),
)
RTF = FileType("a text in RTF", (".rtf",), ("application/rtf", "text/rtf"))
ARCHIVE = FileType(
    "an archive",
    (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".cab"),
    ("application/zip", "application/x-zip-compressed", "application/gzip"),
)
MAIL = FileType("a mail", (".eml",), ("message/rfc822",))
TEXT = FileType(
    "plain text",
    (".txt", ".csv", ".tsv", ".ics", ".vcf", ".log", ".md", ".xml", ".json", ".asc", ".p7s"),
    ("text/plain", "text/csv", "text/calendar", "text/vcard"),
)
EMPTY = FileType("an empty file")
UNKNOWN = FileType("a file of an unknown kind")

FILE_TYPES = (
    PROGRAM, SCRIPT, SHORTCUT, DISK, NOTEBOOK, HTML, SVG, MACROS, OLD_OFFICE, PDF, PNG, JPEG, GIF,
    WEBP, TIFF, OFFICE, OPEN_DOCUMENT, RTF, ARCHIVE, MAIL, TEXT,
)  # fmt: skip
BY_ENDING = {ending: each for each in FILE_TYPES for ending in each.endings}
BY_MEDIA_TYPE = {media_type: each for each in FILE_TYPES for media_type in each.types}
# What runs, or leads to what does, once it is opened.
RUNS = frozenset({PROGRAM, SCRIPT, SHORTCUT, DISK, NOTEBOOK, HTML, MACROS})
