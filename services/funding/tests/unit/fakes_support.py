"""What people are supported for, in memory."""


class FakeSupport:
    """The content of programmes, and whose money pays for which."""

    def __init__(self):
        self.taught, self.paid = {}, {}

    def describe(self, programme_id, content_keys):
        self.taught[programme_id] = list(content_keys)

    def earlier(self, person_id, programme_id):
        found = [self.paid.get((person_id, key)) for key in self.taught[programme_id]]
        return min((one for one in found if one), default=None)

    def claim(self, hold):
        rows = {(hold.person_id, key): hold.id for key in self.taught[hold.programme_id]}
        assert not rows.keys() & self.paid.keys()
        self.paid |= rows

    def free(self, hold_ids):
        self.paid = {row: hold_id for row, hold_id in self.paid.items() if hold_id not in hold_ids}
