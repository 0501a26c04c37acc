"""What the opt-out page says, in the six languages that letters are written in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """``question`` and ``answer`` name the address where they say ``{address}``."""

    title: str
    question: str
    explanation: str
    button: str
    done_title: str
    answer: str
    unknown_title: str
    unknown: str


WORDINGS: Mapping[str, Wording] = {
    "en": Wording(
        title="Stop these letters",
        question="Shall we stop writing to {address}?",
        explanation="Once you press the button, nothing more is sent to this address: no reminder "
        "and no later letter. Opening this page has changed nothing yet.",
        button="Stop writing to this address",
        done_title="Done",
        answer="Nothing more will be sent to {address}. You may close this page.",
        unknown_title="This link does not work",
        unknown="Part of it may have been lost on the way. Please open it once more from the "
        "letter, or answer the letter with the word “unsubscribe”.",
    ),
    "fr": Wording(
        title="Ne plus recevoir ces lettres",
        question="Devons-nous cesser d’écrire à {address} ?",
        explanation="Dès que vous aurez appuyé sur le bouton, plus rien ne sera envoyé à cette "
        "adresse : ni rappel, ni autre lettre. L’ouverture de cette page n’a encore rien changé.",
        button="Ne plus écrire à cette adresse",
        done_title="C’est fait",
        answer="Plus rien ne sera envoyé à {address}. Vous pouvez fermer cette page.",
        unknown_title="Ce lien ne fonctionne pas",
        unknown="Il a peut-être été tronqué en chemin. Veuillez l’ouvrir de nouveau depuis la "
        "lettre, ou répondre à la lettre par le mot « désinscription ».",
    ),
    "es": Wording(
        title="Dejar de recibir estas cartas",
        question="¿Desea que dejemos de escribir a {address}?",
        explanation="En cuanto pulse el botón no se enviará nada más a esta dirección: ni "
        "recordatorios ni otras cartas. Abrir esta página todavía no ha cambiado nada.",
        button="No escribir más a esta dirección",
        done_title="Hecho",
        answer="No se enviará nada más a {address}. Puede cerrar esta página.",
        unknown_title="Este enlace no funciona",
        unknown="Tal vez se haya perdido una parte por el camino. Ábralo de nuevo desde la carta "
        "o responda a la carta con la palabra «baja».",
    ),
    "ru": Wording(
        title="Больше не получать эти письма",
        question="Прекратить отправку писем на адрес {address}?",
        explanation="После нажатия кнопки на этот адрес больше ничего не будет отправлено: ни "
        "напоминаний, ни других писем. Само открытие этой страницы ещё ничего не изменило.",
        button="Больше не писать на этот адрес",
        done_title="Готово",
        answer="На адрес {address} больше ничего не будет отправлено. Страницу можно закрыть.",
        unknown_title="Эта ссылка не работает",
        unknown="Возможно, часть её потерялась по пути. Откройте её ещё раз из письма или "
        "ответьте на письмо словом «отписаться».",
    ),
    "ar": Wording(
        title="إيقاف هذه الرسائل",
        question="هل نتوقف عن مراسلة {address}؟",
        explanation="بمجرد الضغط على الزر لن يُرسَل أي شيء آخر إلى هذا العنوان: لا تذكير ولا رسالة "
        "لاحقة. مجرد فتح هذه الصفحة لم يغيّر شيئًا بعد.",
        button="إيقاف مراسلة هذا العنوان",
        done_title="تم",
        answer="لن يُرسَل أي شيء آخر إلى {address}. يمكنكم إغلاق هذه الصفحة.",
        unknown_title="هذا الرابط لا يعمل",
        unknown="ربما فُقد جزء منه في الطريق. يُرجى فتحه مرة أخرى من الرسالة، أو الرد على الرسالة "
        "بعبارة «إلغاء الاشتراك».",
    ),
    "zh": Wording(
        title="停止接收这些信件",
        question="是否停止向 {address} 发送信件？",
        explanation="按下按钮后，将不再向此地址发送任何内容，包括提醒和以后的信件。"
        "仅打开本页面不会改变任何设置。",
        button="停止向此地址发信",
        done_title="已完成",
        answer="今后不会再向 {address} 发送任何内容。您可以关闭此页面。",
        unknown_title="此链接无效",
        unknown="链接可能在传递过程中缺失了一部分。请从信件中重新打开，或回复信件并写明“退订”。",
    ),
}
