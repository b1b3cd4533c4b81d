"""How a page is built: tags, ids, labels, headings."""

from html.parser import HTMLParser

VOID = {"meta", "link", "img", "input", "br"}


class Structure(HTMLParser):
    """What matters of a page's structure."""

    def __init__(self, html: str):
        super().__init__()
        self.open, self.ids, self.fields, self.headings, self.faults = [], [], [], [], []
        self.labelled = set()
        self.feed(html)
        self.faults += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.labelled |= {attributes["for"]} if tag == "label" else set()
        if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
            self.fields.append(attributes.get("id"))
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if (
            {"style", "onclick"} & set(attributes)
            or tag == "script"
            or (tag == "img" and "alt" not in attributes)
        ):
            self.faults.append(f"<{tag} {attributes}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Check that tags close in order."""
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")
