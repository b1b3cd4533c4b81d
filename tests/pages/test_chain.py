"""The whole process of a call, walked on the pages by those who may, without a line of JavaScript."""

import chain
import pytest
import walk
from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_everybody_does_their_step_on_the_pages_until_the_money_is_paid(browser: Browser) -> None:
    process = walk.new_process(learner="learner-22")
    process.open_call()
    run = chain.Chain(browser, process, context={"java_script_enabled": False})
    try:
        for step in chain.STEPS:
            step(run)
    finally:
        run.leave()
    complaints = {name: person.told for name, person in run.people.items() if person.told}
    assert complaints == {}
