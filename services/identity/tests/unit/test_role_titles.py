"""Roles are called by their titles in the texts of refusals, in both languages."""

import re

import pytest
from ila_identity.api.role_titles import ABOUT_ROLES, CODES, role_titles
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION
from ila_kit.texts import LANGUAGES, problem_texts

TEXTS = problem_texts("ila_identity")
NAMED = {f"{name}_title" for name in CODES}


def places(code, language):
    return set(re.findall(r"{(\w+)}", TEXTS[code]["detail"][language]))


def test_every_role_that_is_granted_has_a_title_of_its_own_in_both_languages():
    assert set(role_titles()) == AGENCY | IN_ORGANISATION
    for language in LANGUAGES:
        assert len({titles[language] for titles in role_titles().values()}) == len(role_titles())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_refusals_that_name_a_role_by_its_title_are_those_that_look_it_up(language):
    assert {code for code in TEXTS if places(code, language) & NAMED} == {one.code for one in ABOUT_ROLES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_refusal_names_a_role_that_is_known_by_its_code(language):
    assert {code for code in TEXTS if places(code, language) & {*CODES}} == {"unknown-role"}
