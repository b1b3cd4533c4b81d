"""Pages whose parts say what they are, so that a screen reader reads them in order.

fpdf2 tags pictures only; here each paragraph is a structure element, and lines and footers are marked
as no content.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos
from fpdf.prefs import ViewerPreferences

INK, MUTED, RULE, SHADE = (24, 28, 36), (86, 92, 104), (203, 208, 217), (238, 241, 246)
MARGIN, FONT, BODY = 18, "DejaVu", 9.0


class TaggedPdf(FPDF):
    """A document on A4, set in DejaVu Sans; equal content gives equal bytes.

    Lengths are millimetres, sizes of letters points. `footer_words` may hold {nb}, the number of pages.
    """

    def __init__(self, language: str, title: str, author: str, made_at: datetime):
        super().__init__(format="A4")
        with as_file(files("ila_funding.clients") / "fonts") as folder:
            self.add_font(FONT, "", folder / "DejaVuSans.ttf")
            self.add_font(FONT, "B", folder / "DejaVuSans-Bold.ttf")
        self.set_lang(language)
        self.set_title(title)
        self.set_author(author)
        self.set_creator("ILA Suite")
        self.set_creation_date(made_at)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.c_margin = 0
        self.footer_words = ""
        self.add_page()

    def footer(self) -> None:
        """Write what stands at the foot of each page; it is no part of what is read."""
        with self._artifact():
            self.set_y(-MARGIN + 4)
            self._letters(7.5, MUTED)
            self.cell(0, 4, self.footer_words.replace("{page}", str(self.page_no())))

    def words(
        self,
        tag: str,
        text: str,
        *,
        size: float = BODY,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        at: float = MARGIN,
        width: float | None = None,
        align: Align = Align.L,
        link: str = "",
    ) -> None:
        """Write a paragraph as a structure element, `at` so far from the left edge, and go below it."""
        self.set_x(at)
        self._letters(size, colour, bold)
        kept: dict[str, Any] = {"w": width or self.w - MARGIN - at, "h": size * 0.5, "text": text}
        with self._element(tag):
            self.multi_cell(**kept, align=align, link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def height(self, text: str, width: float, *, size: float = BODY, bold: bool = False) -> float:
        """Return how high a paragraph would be."""
        self._letters(size, INK, bold)
        measured = self.multi_cell(
            width, size * 0.5, text, align=Align.L, dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return float(measured)  # type: ignore[arg-type]

    def keep_together(self, height: float) -> None:
        """Begin a new page when so much does not fit on this one any more."""
        if self.will_page_break(height):
            self.add_page()

    def rule(self) -> None:
        """Draw a thin line across the page."""
        with self._artifact():
            self.set_draw_color(*RULE)
            self.set_line_width(0.2)
            self.line(MARGIN, self.y, self.w - MARGIN, self.y)

    def shade(self, height: float) -> None:
        """Fill a band across the page, for what is written over it."""
        with self._artifact():
            self.set_fill_color(*SHADE)
            self.rect(MARGIN, self.y, self.w - 2 * MARGIN, height, style="F")

    def _letters(self, size: float, colour: tuple[int, int, int], bold: bool = False) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*colour)

    @contextmanager
    def _element(self, tag: str) -> Iterator[None]:
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{tag}", mcid=number)
        self._out(f"/{tag} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def _artifact(self) -> Iterator[None]:
        self._out("/Artifact BMC")
        yield
        self._out("EMC")
