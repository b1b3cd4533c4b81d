"""Writing the letter of a message: which programme, what happened, what comes next and by when."""

from collections.abc import Callable

from ila_applications.api.schemas import happened, shown_next
from ila_applications.api.texts import both
from ila_applications.domain.messages import Message
from ila_applications.domain.profiles import Profile
from ila_applications.message_ports import MailedLetter


def letter_writer(platform: str) -> Callable[[Message, Profile], MailedLetter]:
    """Return what writes letters that name addresses of this platform."""

    def write(message: Message, profile: Profile) -> MailedLetter:
        if profile.email is None:
            raise ValueError("a letter needs an address")
        language = profile.language
        text = f"text_{language}"
        programme = message.case.offering.programme
        facts = {
            "title": programme.title_en if language == "en" else programme.title_lv,
            "happened": happened(message.happening)[text],
            "next": shown_next(message.case)[text],
            "address": f"{platform}/applications/{message.case.application.id}",
            "profile": f"{platform}/account/profile",
        }
        return MailedLetter(
            id=message.id,
            to=profile.email,
            language=language,
            subject=both("letters", "letter", "subject", facts)[text],
            text=both("letters", "letter", "text", facts)[text].strip() + "\n",
            at=message.happening.at,
        )

    return write
