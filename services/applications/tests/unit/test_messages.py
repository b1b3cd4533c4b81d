"""What learners are told, and what becomes of the letters."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from ila_applications.api.letters import letter_writer
from ila_applications.consumers import LettersJob
from ila_applications.domain.messages import LETTER, TOLD, TRIES, Letter
from ila_applications.domain.profiles import Profile
from ila_applications.domain.states import APPLICATION
from ila_applications.message_ports import MailedLetter, Undeliverable
from ila_applications.usecases.messages import list_messages, read_all, read_message
from ila_applications.usecases.profiles import ChangeProfile, change_profile
from ila_kit.errors import Missing, Stale, Unavailable
from ila_kit.ids import uuid7
from ila_kit.states import WrongState
from ila_kit.store.listing import PageRequest

PLATFORM = "https://ila.example"


@dataclass
class FakePost:
    """A post office: closed, or refusing letters with a reason."""

    closed: bool = False
    refusal: Undeliverable | None = None
    sent: list[MailedLetter] = field(default_factory=list)

    @contextmanager
    def open(self):
        if self.closed:
            raise Unavailable(neighbour="post")
        yield self._take

    def _take(self, letter: MailedLetter) -> None:
        if self.refusal:
            raise self.refusal
        self.sent.append(letter)


@pytest.fixture
def post():
    return FakePost()


@pytest.fixture
def job(world, post):
    return LettersJob(replace(world.job.deps, post=post), letter_writer(PLATFORM))


@pytest.fixture
def applied(world):
    """The application of somebody who gave an address."""
    application = world.submit()
    say(world, application.person_id, email="anna@people.example")
    return application


def say(world, person_id, **changes):
    version = world.unit.profiles.get(person_id).version
    return change_profile(world.unit, ChangeProfile(person_id=person_id, version=version, changes=changes))


def mine(world, application):
    return list_messages(world.unit, application.person_id, PageRequest())


def letter_of(world, application) -> Letter:
    return mine(world, application).messages[0].letter


def test_every_step_that_people_are_told_of_is_one_of_the_state_table():
    assert {action for _, action in APPLICATION.steps} >= TOLD


def test_who_submits_is_told_so_and_gets_a_letter_with_what_comes_next(world, job, post, applied):
    (message,) = mine(world, applied).messages
    assert message.happening.action == "submit"
    assert job.run() == 1
    (letter,) = post.sent
    assert (letter.to, letter.id) == ("anna@people.example", message.id)
    assert "Pieteikums iesniegts" in letter.text
    assert f"{PLATFORM}/applications/{applied.id}" in letter.text
    assert f"{PLATFORM}/account/profile" in letter.text
    assert letter_of(world, applied).state == "sent"
    assert job.run() == 0, "once"


def test_letters_are_in_the_language_the_person_asked_for(world, job, post, applied):
    say(world, applied.person_id, language="en")
    job.run()
    assert post.sent[0].subject.endswith("news of your application")
    assert "You submitted the application" in post.sent[0].text


@pytest.mark.parametrize(
    ("said", "end"), [({"letters": False}, "not_wanted"), ({"email": None}, "no_address")]
)
def test_who_wants_no_letter_or_gave_no_address_is_told_in_the_account_alone(
    world, job, post, applied, said, end
):
    say(world, applied.person_id, **said)
    job.run()
    assert post.sent == []
    assert letter_of(world, applied).state == end
    assert mine(world, applied).unread == 1


def test_an_installation_without_post_sends_none_and_says_so(world, job, applied):
    replace(job, deps=replace(job.deps, post=None)).run()
    assert letter_of(world, applied).state == "not_offered"


def test_while_the_post_is_closed_letters_wait_and_no_try_is_counted(world, job, post, applied):
    post.closed = True
    assert job.run() == 0
    assert letter_of(world, applied) == Letter()
    post.closed = False
    assert job.run() == 0, "it pauses first"
    world.unit.now += timedelta(minutes=10)
    assert job.run() == 1
    assert letter_of(world, applied).state == "sent"


def test_an_address_refused_for_good_ends_the_letter_with_its_reason(world, job, post, applied):
    post.refusal = Undeliverable("address-refused-550", for_good=True)
    job.run()
    ended = letter_of(world, applied)
    assert (ended.state, ended.tries, ended.reason) == ("failed", 1, "address-refused-550")


def test_a_letter_refused_for_the_moment_is_tried_again_later_each_time_and_then_given_up(
    world, job, post, applied
):
    post.refusal = Undeliverable("letter-refused-451", for_good=False)
    waits = []
    for _ in range(TRIES - 1):
        job.run()
        put_off = letter_of(world, applied)
        waits.append(put_off.next_try - world.unit.now)
        assert job.run() == 0, "not before its time"
        world.unit.now = put_off.next_try
    assert waits == sorted(waits)
    assert len(set(waits)) == len(waits)
    job.run()
    assert letter_of(world, applied).state == "failed"
    assert sum(waits, timedelta()) < timedelta(days=1)


def test_a_letter_that_cannot_be_written_is_put_off_and_the_others_go(world, job, post, applied):
    other = world.submit()
    say(world, other.person_id, email="juris@people.example")

    def write(message, profile):
        if profile.email == "anna@people.example":
            raise ValueError("no header of a letter")
        return letter_writer(PLATFORM)(message, profile)

    assert replace(job, write=write).run() == 2
    assert [letter.to for letter in post.sent] == ["juris@people.example"]
    assert letter_of(world, applied).reason == "fault"


@pytest.mark.parametrize("end", sorted(LETTER.states - {"waiting"}))
def test_a_letter_ends_once(world, end):
    ended = Letter().ended(end, world.unit.now)
    with pytest.raises(WrongState):
        ended.ended("sent", world.unit.now)


def test_a_message_is_read_once_and_by_its_owner_alone(world, applied):
    (message,) = mine(world, applied).messages
    first = read_message(world.unit, message.id, message.person_id)
    world.unit.now += timedelta(hours=1)
    assert read_message(world.unit, message.id, message.person_id).read_at == first.read_at
    assert mine(world, applied).unread == 0
    assert read_all(world.unit, message.person_id) == 0
    with pytest.raises(Missing):
        read_message(world.unit, message.id, uuid7())


def test_what_two_pages_change_at_once_is_not_lost(world):
    person = uuid7()
    say(world, person, email="anna@people.example")
    with pytest.raises(Stale):
        change_profile(world.unit, ChangeProfile(person_id=person, version=1, changes={"language": "en"}))
    assert world.unit.profiles.get(person) == Profile(
        person_id=person, version=2, email="anna@people.example", updated_at=world.unit.now
    )
