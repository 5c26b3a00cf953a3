import io
from datetime import datetime

import xlsxwriter

from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang, get_lang

COLOURS = {"good": "#1a7f37", "amber": "#9a6700", "bad": "#c0362c"}
INK = "#1f2933"
CHART_HEIGHT = 140
CHART_STEP = 80
CHART_BAR = 30
TEXTS = ("text", "hash", "date")
TEMPLATE = "field_service_kpi.pack_document"


class FieldServicePackRender(models.AbstractModel):
    """Prints snapshots: HTML and PDF from one template, XLSX from the same tables."""

    _name = "field.service.pack.render"
    _description = "Printing of Performance Packs"

    def _get_file(self, file_format, lang=None):
        """Return the kept file of a format and language, printed when it is wanted.

        :param str file_format: "pdf" or "xlsx"
        :param str lang: code of a language, by default that of the reader
        """
        self.ensure_one()
        lang = get_lang(self.env, lang).code
        # Files are kept by the suite; who may read the pack may print it.
        pack = self.sudo()
        kept = pack.file_ids.filtered(
            lambda file: (file.file_format, file.lang) == (file_format, lang)
        )
        return kept or pack.env["field.service.pack.file"]._print(
            pack, file_format, lang
        )

    def _render(self, file_format, lang):
        """Return a file of this pack as bytes, made from the snapshot alone."""
        self.ensure_one()
        return getattr(self.with_context(lang=lang), f"_render_{file_format}")()

    # -------------------------------------------------------------------------- HTML
    def _render_html(self):
        """Return the pack as one HTML document that needs nothing else."""
        document = self._get_document(self._get_content())
        html = self.env["ir.qweb"]._render(
            TEMPLATE,
            {
                "document": document,
                "hash": self.content_hash,
                "lang": self.env.context["lang"],
                "text": self._format_cell,
                "is_number": self._is_number,
                "chart": self._get_chart,
            },
            minimal_qcontext=True,
            raise_if_not_found=True,
        )
        # Without it browsers read tables by the rules of the nineties.
        return f"<!DOCTYPE html>\n{html}".encode()

    @staticmethod
    def _is_number(cell):
        return cell.kind not in TEXTS

    def _format_cell(self, cell):
        """Return a cell as text in the reader's language; nothing for no data."""
        value = cell.value
        if value is None or value == "":
            return "" if not self._is_number(cell) else "–"
        if cell.kind in ("text", "hash"):
            return str(value)
        if cell.kind == "date":
            return format_date(self.env, value)
        if cell.kind == "integer":
            return formatLang(self.env, value, digits=0)
        if cell.kind == "percent":
            return f"{formatLang(self.env, value * 100, digits=cell.decimals)} %"
        text = formatLang(self.env, value, digits=cell.decimals)
        return f"{text} {cell.suffix}".strip()

    @staticmethod
    def _get_chart(rows):
        """Return the bars of a chart: x, y and height of both, and the labels."""
        high = max((max(one[1:]) for one in rows), default=0.0)
        low = min((min(one[1:]) for one in rows), default=0.0)
        high, low = max(high, 0.0), min(low, 0.0)
        if high == low:
            return None
        scale = CHART_HEIGHT / (high - low)
        zero = high * scale
        bars = []
        for position, (label, *amounts) in enumerate(rows):
            left = position * CHART_STEP
            for number, amount in enumerate(amounts):
                height = abs(amount) * scale
                bars.append(
                    {
                        "x": left + number * CHART_BAR + 8,
                        "y": round(zero - max(amount, 0.0) * scale + 4, 2),
                        "height": round(height, 2),
                        "is_margin": bool(number),
                        "is_loss": amount < 0,
                        "label": "" if number else label,
                        "left": left + 8,
                    }
                )
        return {
            "bars": bars,
            "width": len(rows) * CHART_STEP,
            "height": CHART_HEIGHT + 28,
            "zero": round(zero + 4, 2),
            "bottom": CHART_HEIGHT + 20,
        }

    # --------------------------------------------------------------------------- PDF
    def _render_pdf(self):
        """Return the pack as PDF. Its bytes carry a date: the file is kept."""
        footer = self.env["ir.qweb"]._render(
            "field_service_kpi.pack_footer",
            {"hash": self.content_hash, "name": self._get_content()["company"]},
            minimal_qcontext=True,
        )
        return self.env["ir.actions.report"]._run_wkhtmltopdf(
            [self._render_html().decode()],
            footer=str(footer),
            specific_paperformat_args={
                "data-report-margin-top": 12,
                "data-report-margin-bottom": 16,
                "data-report-header-spacing": 0,
            },
        )

    # -------------------------------------------------------------------------- XLSX
    def _render_xlsx(self):
        """Return the pack as a workbook: the same snapshot gives the same bytes."""
        document = self._get_document(self._get_content())
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(
            stream,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        book.set_properties(
            {
                "title": f"{document['title']} {document['period']}",
                "company": document["company"],
                "comments": f"SHA-256 {self.content_hash}",
                "created": fields.Datetime.to_datetime(
                    self._get_content()["frozen_on"]
                ),
            }
        )
        self._write_cover(book, document)
        names = {self.env._("Pack").lower()}
        for section in document["sections"]:
            sheet = book.add_worksheet(self._get_sheet_name(section.title, names))
            self._write_section(book, sheet, section)
        book.close()
        return stream.getvalue()

    def _write_cover(self, book, document):
        sheet = book.add_worksheet(self.env._("Pack"))
        title = book.add_format({"bold": True, "font_size": 16, "font_color": INK})
        bold = book.add_format({"bold": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 72)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, f"{document['title']} {document['period']}", title)
        sheet.write_string(1, 0, document["audience"], bold)
        facts = [*document["facts"], (self.env._("SHA-256"), self.content_hash)]
        for row, (name, value) in enumerate(facts, 3):
            sheet.write_string(row, 0, name, bold)
            sheet.write_string(row, 1, value, wrap)

    @staticmethod
    def _get_sheet_name(title, taken):
        """A name that a worksheet may have, and no other one has."""
        clean = "".join(char for char in title if char not in "[]:*?/\\'").strip()
        name, number = clean[:31], 2
        while name.lower() in taken:
            suffix = f" {number}"
            name, number = clean[: 31 - len(suffix)] + suffix, number + 1
        taken.add(name.lower())
        return name

    def _write_section(self, book, sheet, section):
        head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        for number, column in enumerate(section.columns):
            sheet.set_column(number, number, column.width)
            sheet.write_string(0, number, column.label, head)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        rows = [(row, False) for row in section.rows]
        if section.total:
            rows.append((section.total, True))
        formats = {}
        for line, (row, is_total) in enumerate(rows, 1):
            for number, cell in enumerate(row):
                self._write_cell(book, sheet, (line, number), cell, is_total, formats)
        line = len(rows) + 2
        for note in section.notes:
            sheet.write_string(line, 0, note)
            line += 1
        if section.chart:
            self._write_chart(book, sheet, section, line + 1)

    def _write_cell(self, book, sheet, place, cell, is_total, formats):
        """Write numbers as numbers and days as days, each in its format."""
        key = (cell.kind, cell.decimals, cell.suffix, cell.style, is_total)
        if key not in formats:
            values = {"num_format": self._get_number_format(cell)}
            if cell.style:
                values["font_color"] = COLOURS[cell.style]
            if is_total:
                values.update(bold=True, top=1)
            formats[key] = book.add_format(values)
        if cell.value is None or cell.value == "":
            sheet.write_blank(*place, None, formats[key])
        elif cell.kind in ("text", "hash"):
            sheet.write_string(*place, str(cell.value), formats[key])
        elif cell.kind == "date":
            day = fields.Date.to_date(cell.value)
            moment = datetime(day.year, day.month, day.day)
            sheet.write_datetime(*place, moment, formats[key])
        else:
            sheet.write_number(*place, cell.value, formats[key])

    @staticmethod
    def _get_number_format(cell):
        decimals = "." + "0" * cell.decimals if cell.decimals else ""
        return {
            "text": "@",
            "hash": "@",
            # Number 14 is the day as the reader's system writes it.
            "date": 14,
            "integer": "#,##0",
            "percent": f"0{decimals}%",
        }.get(cell.kind) or (
            f"#,##0{decimals}" + (f' "{cell.suffix}"' if cell.suffix else "")
        )

    def _write_chart(self, book, sheet, section, line):
        """Columns of the two amounts by month."""
        chart = book.add_chart({"type": "column"})
        last = len(section.rows)
        for number in (1, 2):
            chart.add_series(
                {
                    "name": [sheet.get_name(), 0, number],
                    "categories": [sheet.get_name(), 1, 0, last, 0],
                    "values": [sheet.get_name(), 1, number, last, number],
                }
            )
        chart.set_legend({"position": "bottom"})
        sheet.insert_chart(line, 0, chart)
