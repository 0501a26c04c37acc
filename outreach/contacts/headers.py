"""The headers under which organizers write the fields of a contact, in six languages."""

from collections.abc import Mapping

from outreach.texts import mark

# The first header of each field is the one that exports write, and pages in the reader's language.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "address": (
        mark("e-mail"), "email", "mail", "e-mail address", "email address", "mail address",
        "courriel", "adresse courriel", "adresse e-mail", "adresse email", "adresse mail",
        "adresse électronique", "mél",
        "correo electrónico", "correo", "dirección de correo electrónico", "dirección de correo",
        "адрес электронной почты", "электронная почта", "электронный адрес", "эл. почта",
        "البريد الإلكتروني", "بريد إلكتروني", "عنوان البريد الإلكتروني",
        "电子邮件", "电子邮件地址", "电子邮箱", "电邮", "邮箱", "邮件地址",
    ),
    "state": (
        mark("state"), "member state", "country", "country code", "state code", "country or state",
        "nation", "iso", "iso code",
        "pays", "état", "état membre", "code pays",
        "país", "estado", "estado miembro", "código de país",
        "государство", "страна", "государство-член", "код страны",
        "الدولة", "دولة", "البلد", "بلد", "الدولة العضو",
        "国家", "成员国", "国别", "国家代码",
    ),
    "organization": (
        mark("organization"), "organisation", "mission", "institution", "office", "delegation",
        "permanent mission",
        "délégation", "mission permanente", "organisme",
        "organización", "misión", "misión permanente", "institución", "delegación",
        "организация", "миссия", "представительство", "постоянное представительство", "учреждение",
        "المنظمة", "البعثة", "البعثة الدائمة", "المؤسسة", "الوفد",
        "组织", "机构", "代表团", "常驻代表团", "单位",
    ),
    "role": (
        mark("role"), "function", "position", "post", "job title", "capacity",
        "fonction", "rôle", "poste", "qualité",
        "función", "cargo", "puesto",
        "должность", "роль", "функция",
        "المنصب", "الوظيفة", "الصفة",
        "职务", "职位", "角色",
    ),
    "title": (
        mark("title"), "honorific", "prefix",
        "titre", "civilité",
        "título", "tratamiento",
        "титул", "обращение перед именем",
        "اللقب",
        "称谓", "头衔",
    ),
    "salutation": (
        mark("salutation"), "greeting", "opening",
        "formule d'appel", "formule d'appel personnelle", "appel",
        "saludo", "encabezamiento",
        "приветствие", "обращение",
        "التحية", "تحية",
        "称呼", "问候语", "抬头",
    ),
    "given_name": (
        mark("given name"), "given names", "first name", "forename", "firstname",
        "prénom", "prénoms",
        "nombre de pila", "nombres",
        "имя и отчество",
        "الاسم الأول",
        "名", "名字",
    ),
    "family_name": (
        mark("family name"), "last name", "surname", "lastname",
        "nom de famille",
        "apellido", "apellidos",
        "фамилия",
        "اسم العائلة", "الاسم العائلي",
        "姓", "姓氏",
    ),
    "name": (
        mark("name"), "full name", "contact", "contact name", "person",
        "nom complet", "nom", "nom et prénom", "prénom et nom",
        "nombre", "nombre completo", "nombre y apellidos",
        "имя", "полное имя", "фио", "ф.и.о.",
        "الاسم", "الاسم الكامل",
        "姓名", "全名",
    ),
    "languages": (
        mark("languages"), "language", "language code", "preferred language",
        "langue", "langues", "langue préférée",
        "idioma", "idiomas", "lengua", "lenguas",
        "язык", "языки",
        "اللغة", "اللغات", "لغة",
        "语言", "语种",
    ),
    "time_zone": (
        mark("time zone"), "timezone", "tz",
        "fuseau horaire", "fuseau",
        "zona horaria", "huso horario",
        "часовой пояс",
        "المنطقة الزمنية",
        "时区",
    ),
    "tags": (
        mark("tags"), "tag", "labels", "label", "groups", "group",
        "étiquettes", "étiquette", "groupe", "groupes",
        "etiquetas", "etiqueta", "grupo", "grupos",
        "метки", "метка", "теги", "группа", "группы",
        "الوسوم", "وسم", "المجموعة", "المجموعات",
        "标签", "组别",
    ),
    "lists": (
        mark("lists"), "list", "contact list", "contact lists",
        "listes", "liste",
        "listas", "lista",
        "списки", "список",
        "القوائم", "القائمة",
        "名单", "列表",
    ),
}  # fmt: skip

# Words that mean the whole name when they stand alone, and a part of it beside the other part.
PART_BESIDE: Mapping[str, tuple[str, str]] = {
    "nom": ("family_name", "given_name"),
    "nombre": ("given_name", "family_name"),
    "имя": ("given_name", "family_name"),
    "الاسم": ("given_name", "family_name"),
    "name": ("family_name", "given_name"),
}
