from odoo import fields, models
from odoo.tools import format_date, format_datetime

from ..pack import Cell, Column, Section, count, money, share

COSTS = ("parts", "labour", "travel", "subcontract", "other")


class FieldServicePackLayout(models.AbstractModel):
    """Turns a snapshot into neutral tables: ``_layout_<part>`` returns sections.

    Reads the snapshot, the language and nothing else, so that an old pack is printed
    as it was.
    """

    _name = "field.service.pack.layout"
    _description = "Layout of a Performance Pack"

    def _get_document(self, content):
        """Return title, facts and sections of a snapshot, in the language of the env.

        :param dict content: the snapshot
        """
        sections = []
        for part in content["parts"]:
            sections += getattr(self, f"_layout_{part}")(content[part], content)
        sections += self._layout_definitions(content)
        return {
            "title": self.env._("Performance Pack"),
            "audience": self._get_audience(content),
            "period": self._format_period(content["date_from"], content["date_to"]),
            "company": content["company"],
            "logo": content["logo"],
            "facts": self._get_facts(content),
            "sections": sections,
        }

    def _get_audience(self, content):
        """Say for whom the pack is."""
        return {
            "owner": self.env._("For the owner"),
            "bank": self.env._("For the bank"),
            "customer": self.env._(
                "Service report for %(name)s", name=content["customer"]
            ),
            "team": self.env._(
                "For the team %(name)s", name=self._read(content["team"])
            ),
            "auditor": self.env._("For the auditor"),
        }[content["variant"]]

    def _get_facts(self, content):
        """Names and values on the first page."""
        companies = content["companies"]
        facts = [
            (
                self.env._("Company"),
                ", ".join(one["name"] for one in companies),
            ),
            (self.env._("Tax ID"), content["vat"]),
            (self.env._("Figures as of"), self._format_moment(content["frozen_on"])),
            (self.env._("Frozen by"), content["frozen_by"]),
        ]
        if content["money"]:
            facts.append((self.env._("Amounts in"), content["currency"]))
        if content["money"] and len({one["currency"] for one in companies}) > 1:
            day = self._format_day(content["date_to"])
            rates = ", ".join(
                f"1 {one['currency']} = {one['rate']:.6f} {content['currency']}"
                for one in companies
                if one["currency"] != content["currency"]
            )
            facts.append((self.env._("Rates of %(day)s", day=day), rates))
        return [(name, value) for name, value in facts if value]

    # ----------------------------------------------------------------------- helpers
    def _read(self, texts):
        """Return a text of the snapshot in the reader's language."""
        if not isinstance(texts, dict):
            return texts or ""
        lang = self.env.context.get("lang")
        return texts.get(lang) or texts.get("en_US") or next(iter(texts.values()), "")

    def _format_day(self, day):
        return format_date(self.env, day)

    def _format_period(self, start, stop):
        return f"{self._format_day(start)} – {self._format_day(stop)}"

    def _format_moment(self, moment):
        """Moments are printed in UTC: the reader's time zone is not in the pack."""
        moment = fields.Datetime.to_datetime(moment)
        text = format_datetime(self.env, moment, tz="UTC", dt_format=False)
        return f"{text} UTC"

    def _get_kind_names(self):
        return {
            "revenue": self.env._("Revenue"),
            "parts": self.env._("Parts"),
            "labour": self.env._("Labour"),
            "travel": self.env._("Travel"),
            "subcontract": self.env._("Subcontract"),
            "other": self.env._("Other Costs"),
            "margin": self.env._("Margin"),
            "orders": self.env._("Work Orders"),
            "visits": self.env._("Visits"),
            "work_hours": self.env._("Work (hours)"),
            "travel_hours": self.env._("Way (hours)"),
            "profit_and_loss": self.env._("Profit and Loss"),
            "sum_of_margins": self.env._("On Orders"),
            "off_orders": self.env._("On No Order"),
            "split_rest": self.env._("Rest of Splits"),
            "difference": self.env._("Difference"),
        }

    @staticmethod
    def _get_rate_cell(margin, revenue):
        return share(margin / revenue if margin is not None and revenue else None)

    def _get_unit_cell(self, value, row, style=None):
        """Return the cell of a KPI's figure, in its unit."""
        unit, decimals = row["unit"], row["decimals"]
        if unit in ("money", "money_per_hour"):
            return money(value, style)
        if unit == "percent":
            return share(value, decimals, style)
        suffix = {
            "hours": self.env._("hr"),
            "minutes": self.env._("min"),
            "days": self.env._("days"),
            "points": self.env._("points"),
            "km": self.env._("km"),
        }.get(unit, "")
        return Cell(value, "number", decimals, suffix, style)

    # ---------------------------------------------------------------------- sections
    def _layout_summary(self, data, content):
        current, previous = data["current"], data["previous"]
        names = self._get_kind_names()
        columns = (
            Column("", 26, is_number=False),
            Column(self._format_period(content["date_from"], content["date_to"]), 24),
            Column(self._format_period(data["previous_from"], data["previous_to"]), 24),
            Column(self.env._("Change")),
        )
        title = self.env._("Result of Work Orders")
        if not current:
            note = self.env._("Nothing was posted on work orders in this period.")
            return [Section(title, columns, [], notes=(note,))]
        before = previous or {}

        def row(name):
            old = before.get(name)
            change = None if old is None else current[name] - old
            kind = count if name == "orders" else money
            cells = (kind(value) for value in (current[name], old, change))
            return [Cell(names[name]), *cells]

        rate = [
            Cell(self.env._("Margin %")),
            self._get_rate_cell(current["margin"], current["revenue"]),
            self._get_rate_cell(before.get("margin"), before.get("revenue")),
            Cell(None),
        ]
        notes = (
            self.env._(
                "Posted journal items by accounting date. Margin is revenue less all "
                "costs that are booked on work orders."
            ),
        )
        rows = [row("revenue"), *(row(name) for name in COSTS)]
        rows += [row("margin"), rate, row("orders")]
        return [Section(title, columns, rows, notes=notes)]

    def _layout_months(self, data, _content):
        columns = (
            Column(self.env._("Month"), 12, is_number=False),
            Column(self.env._("Revenue")),
            Column(self.env._("Margin")),
            Column(self.env._("Margin %")),
        )
        rows = [
            [
                Cell(one["month"][:7]),
                money(one["revenue"]),
                money(one["margin"]),
                self._get_rate_cell(one["margin"], one["revenue"]),
            ]
            for one in data
        ]
        chart = tuple(
            (one["month"][2:7], one["revenue"] or 0.0, one["margin"] or 0.0)
            for one in data
        )
        title = self.env._("Twelve Months")
        return [Section(title, columns, rows, chart=chart)]

    def _layout_kpis(self, data, _content):
        columns = (
            Column(self.env._("KPI"), 34, is_number=False),
            Column(self.env._("This Period")),
            Column(self.env._("Period Before")),
            Column(self.env._("Target")),
            Column(self.env._("Status"), 16, is_number=False),
            Column("n", 8),
            Column(self.env._("Date Basis"), 24, is_number=False),
        )
        bases = self.env["field.service.kpi"]._get_date_bases()
        rows = []
        for one in data:
            style = None if one["too_small"] else one["status"]
            rows.append(
                [
                    Cell(f"{one['code']}  {self._read(one['name'])}"),
                    self._get_unit_cell(one["value"], one, style),
                    self._get_unit_cell(one["previous"], one),
                    self._get_unit_cell(one["target"], one),
                    Cell(self._get_status_text(one), style=style),
                    count(one["cases"]),
                    Cell(bases.get(one["basis"], one["basis"])),
                ]
            )
        notes = (
            self.env._(
                "Ratios of sums. n is the number of cases a figure is computed from; "
                "an empty figure means that there is no data, not zero."
            ),
        )
        return [Section(self.env._("Key Figures"), columns, rows, notes=notes)]

    def _get_status_text(self, row):
        if row["value"] is None:
            return self.env._("no data")
        if row["too_small"]:
            return self.env._("n below %(minimum)s", minimum=row["min_sample"])
        return {
            "good": self.env._("on target"),
            "amber": self.env._("near target"),
            "bad": self.env._("off target"),
        }.get(row["status"], "")

    def _layout_profit_table(self, title, label, unnamed, data):
        """Table of revenue, margin and orders by something."""
        columns = (
            Column(label, 34, is_number=False),
            Column(self.env._("Revenue")),
            Column(self.env._("Costs")),
            Column(self.env._("Margin")),
            Column(self.env._("Margin %")),
            Column(self.env._("Work Orders"), 10),
        )
        entries = [(self._read(one["name"]) or unnamed, one) for one in data["rows"]]
        if data["others"]:
            others = self.env._("%(count)s others", count=data["others"]["count"])
            entries.append((others, data["others"]))
        rows = [self._get_profit_row(name, one) for name, one in entries]
        names = ("revenue", "margin", "orders")
        sums = {name: sum(one[name] for _text, one in entries) for name in names}
        total = self._get_profit_row(self.env._("Total"), sums) if rows else None
        return [Section(title, columns, rows, total)]

    def _get_profit_row(self, name, row):
        costs = row["revenue"] - row["margin"]
        return [
            Cell(name),
            money(row["revenue"]),
            money(costs),
            money(row["margin"], "bad" if row["margin"] < 0 else None),
            self._get_rate_cell(row["margin"], row["revenue"]),
            count(row["orders"]),
        ]

    def _layout_job_types(self, data, _content):
        return self._layout_profit_table(
            self.env._("Profit by Job Type"),
            self.env._("Job Type"),
            self.env._("Without job type"),
            data,
        )

    def _layout_customers(self, data, _content):
        return self._layout_profit_table(
            self.env._("Profit by Customer"),
            self.env._("Customer"),
            self.env._("Without customer"),
            data,
        )

    def _layout_teams(self, data, _content):
        return self._layout_profit_table(
            self.env._("Profit by Team"),
            self.env._("Team"),
            self.env._("Without team"),
            data,
        )

    def _layout_concentration(self, data, _content):
        columns = (Column("", 44, is_number=False), Column(self.env._("This Period")))
        rows = [
            [Cell(self.env._("Customers with revenue")), count(data["customers"])],
            [Cell(self.env._("Share of the largest")), share(data["largest"])],
            [
                Cell(self.env._("Share of the five largest")),
                share(data["five_largest"]),
            ],
        ]
        return [Section(self.env._("Dependence on Customers"), columns, rows)]

    def _layout_orders(self, data, _content):
        columns = (
            Column(self.env._("Work Order"), 16, is_number=False),
            Column(self.env._("Customer"), 30, is_number=False),
            Column(self.env._("Job Type"), 24, is_number=False),
            Column(self.env._("Revenue")),
            Column(self.env._("Margin")),
        )
        titles = {
            "best": self.env._("Work Orders that Earned Most"),
            "worst": self.env._("Loss-Making Work Orders"),
        }
        sections = []
        for key, title in titles.items():
            rows = [
                [
                    Cell(one["name"]),
                    Cell(one["customer"]),
                    Cell(self._read(one["job_type"])),
                    money(one["revenue"]),
                    money(one["margin"], "bad" if one["margin"] < 0 else None),
                ]
                for one in data[key]
            ]
            notes = () if rows else (self.env._("None in this period."),)
            sections.append(Section(title, columns, rows, notes=notes))
        return sections

    def _layout_definitions(self, content):
        """What the figures mean, on the last page."""
        if not content.get("kpis"):
            return []
        columns = (
            Column(self.env._("KPI"), 34, is_number=False),
            Column(self.env._("Formula"), 90, is_number=False),
        )
        rows = [
            [
                Cell(f"{one['code']}  {self._read(one['name'])}"),
                Cell(self._read(one["formula"])),
            ]
            for one in content["kpis"]
        ]
        return [Section(self.env._("Definitions"), columns, rows)]
