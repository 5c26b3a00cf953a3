from odoo import models

from ..pack import Cell, Column, Section, count, money


class FieldServicePackLayoutProof(models.AbstractModel):
    """Layout of the pages that prove figures, and of those about work."""

    _name = "field.service.pack.layout.proof"
    _description = "Layout of Proofs in a Performance Pack"

    def _layout_reconciliation(self, data, _content):
        names = self._get_kind_names()
        figures = ("profit_and_loss", "sum_of_margins", "off_orders", "split_rest")
        columns = (
            Column(self.env._("Company"), 26, is_number=False),
            *(Column(names[name], 16) for name in (*figures, "difference")),
            Column(self.env._("Currency"), 9, is_number=False),
        )
        rows, notes = [], []
        for one in data:
            good = not one["difference"] and not one["rows_with_difference"]
            rows.append(
                [
                    Cell(one["company"]),
                    *(money(one[name]) for name in figures),
                    money(one["difference"], "good" if good else "bad"),
                    Cell(one["currency"]),
                ]
            )
            notes.append(self._get_reconciliation_note(one, good))
        notes.append(
            self.env._(
                "Profit and loss of the whole company = on work orders + on no order + "
                "rest of splits. Income is positive."
            )
        )
        title = self.env._("Reconciliation with the Profit and Loss Statement")
        return [Section(title, columns, rows, notes=tuple(notes))]

    def _get_reconciliation_note(self, row, good):
        values = {
            "company": row["company"],
            "difference": f"{row['difference']:.{row['decimals']}f}",
            "currency": row["currency"],
            "count": row["open_count"],
            "amount": f"{row['open_amount']:.{row['decimals']}f}",
        }
        if good:
            return self.env._(
                "%(company)s: difference to the ledger %(difference)s %(currency)s; "
                "items still to be assigned: %(count)s (%(amount)s %(currency)s).",
                **values,
            )
        return self.env._(
            "%(company)s: DOES NOT TIE to the ledger, difference %(difference)s "
            "%(currency)s, months and accounts concerned: %(rows)s.",
            **values,
            rows=row["rows_with_difference"],
        )

    def _layout_signoffs(self, data, _content):
        columns = (
            Column(self.env._("Company"), 22, is_number=False),
            Column(self.env._("Months"), 20, is_number=False),
            Column(self.env._("Signed on"), 22, is_number=False),
            Column(self.env._("Signed By"), 18, is_number=False),
            Column(self.env._("On Orders")),
            Column(self.env._("Late Costs")),
            Column(self.env._("Currency"), 9, is_number=False),
            Column(self.env._("SHA-256"), 66, is_number=False),
        )
        rows, notes = [], []
        for one in data["signed"]:
            rows.append(
                [
                    Cell(one["company"]),
                    Cell(one["name"]),
                    Cell(self._format_moment(one["signed_on"])),
                    Cell(one["signed_by"]),
                    money(one["on_orders"]),
                    money(one["late_cost"]),
                    Cell(one["currency"]),
                    Cell(one["hash"], "hash", style=None if one["intact"] else "bad"),
                ]
            )
            if not one["intact"]:
                notes.append(
                    self.env._(
                        "%(name)s: the signed figures are NOT those of the hash.",
                        name=one["name"],
                    )
                )
            if one["exception"]:
                notes.append(
                    self.env._(
                        "%(name)s was signed with a remark: %(reason)s",
                        name=one["name"],
                        reason=one["exception"],
                    )
                )
        if data["unsigned"]:
            months = ", ".join(
                f"{one['company']} {one['month']}" for one in data["unsigned"]
            )
            notes.append(
                self.env._("Not signed by an accountant: %(months)s.", months=months)
            )
        return [
            Section(self.env._("Month Sign-off"), columns, rows, notes=tuple(notes))
        ]

    def _layout_integrity(self, data, _content):
        names = self._get_selection("field.service.integrity", "kind")
        severities = self._get_selection("field.service.integrity", "severity")
        columns = (
            Column(self.env._("Company"), 26, is_number=False),
            Column(self.env._("Finding"), 44, is_number=False),
            Column(self.env._("Severity"), 20, is_number=False),
            Column(self.env._("Items"), 8),
            Column(self.env._("Amount")),
            Column(self.env._("Currency"), 9, is_number=False),
        )
        rows = [
            [
                Cell(one["company"]),
                Cell(names.get(one["kind"], one["kind"])),
                Cell(severities.get(one["severity"], one["severity"])),
                count(one["count"]),
                money(one["amount"]),
                Cell(one["currency"]),
            ]
            for one in data
        ]
        notes = () if rows else (self.env._("No item breaks a rule."),)
        return [Section(self.env._("Integrity"), columns, rows, notes=notes)]

    def _get_selection(self, model, name):
        field = self.env[model]._fields[name]
        return dict(field._description_selection(self.env))

    def _layout_attribution(self, data, _content):
        actions = self._get_selection("field.service.assignment.log", "action")
        states = self._get_selection("field.service.assignment.log", "state")
        columns = (
            Column(self.env._("Company"), 26, is_number=False),
            Column(self.env._("What was done"), 34, is_number=False),
            Column(self.env._("Status"), 16, is_number=False),
            Column(self.env._("Items"), 8),
        )
        rows = [
            [
                Cell(one["company"]),
                Cell(actions.get(one["action"], one["action"])),
                Cell(states.get(one["state"], one["state"])),
                count(one["count"]),
            ]
            for one in data
        ]
        notes = () if rows else (self.env._("No posted item was assigned by hand."),)
        title = self.env._("Assignments of Posted Items")
        return [Section(title, columns, rows, notes=notes)]

    # -------------------------------------------------------------------- comparison
    def _layout_changes(self, data, _content):
        if data is None:
            return []
        title = self.env._("Changed since the Earlier Pack of this Period")
        return [self._get_change_section(title, data)]

    def _layout_restated(self, data, _content):
        if data is None:
            return []
        title = self.env._("Restated since the Pack of the Period Before")
        return [self._get_change_section(title, data)]

    def _get_change_section(self, title, data):
        columns = (
            Column(self.env._("Figure"), 40, is_number=False),
            Column(self.env._("As Published"), 16),
            Column(self.env._("Now"), 16),
            Column(self.env._("Change"), 16),
        )
        rows = [self._get_change_row(row) for row in data["rows"]]
        notes = [
            self.env._(
                "Compared with %(name)s, frozen on %(moment)s, SHA-256 %(hash)s.",
                name=self._format_period(data["date_from"], data["date_to"]),
                moment=self._format_moment(data["frozen_on"]),
                hash=data["hash"],
            )
        ]
        if not rows:
            notes.insert(0, self.env._("No figure has changed."))
        return Section(title, columns, rows, notes=tuple(notes))

    def _get_change_row(self, row):
        names = self._get_kind_names()
        name = row["name"]
        text = self._read(name) if isinstance(name, dict) else names.get(name, name)
        kind, _dot, rest = row["key"].partition(".")
        if kind == "reconciliation":
            text = f"{rest.rpartition('.')[0]}: {text}"
        before, after = row["before"], row["after"]
        change = None if before is None or after is None else after - before
        unit = {"unit": row["kind"], "decimals": 2 if row["kind"] != "percent" else 1}
        if row["kind"] == "integer":
            return [Cell(text), count(before), count(after), count(change)]
        cells = [self._get_unit_cell(value, unit) for value in (before, after, change)]
        return [Cell(text), *cells]

    # -------------------------------------------------------------------------- work
    def _layout_work(self, data, _content):
        names = self._get_kind_names()
        columns = (Column("", 34, is_number=False), Column(self.env._("This Period")))
        rows = [[Cell(names[name]), count(data[name])] for name in ("orders", "visits")]
        rows += [
            [Cell(names[name]), Cell(data[name], "number")]
            for name in ("work_hours", "travel_hours")
        ]
        return [Section(self.env._("Work Done"), columns, rows)]

    def _layout_service(self, data, _content):
        columns = (
            Column(self.env._("Work Order"), 14, is_number=False),
            Column(self.env._("Site"), 30, is_number=False),
            Column(self.env._("Job Type"), 22, is_number=False),
            Column(self.env._("Equipment"), 24, is_number=False),
            Column(self.env._("Received"), 12, is_number=False),
            Column(self.env._("Completed"), 12, is_number=False),
            Column(self.env._("Response"), 12, is_number=False),
            Column(self.env._("Resolution"), 12, is_number=False),
        )
        rows = [
            [
                Cell(one["name"]),
                Cell(one["site"]),
                Cell(self._read(one["job_type"])),
                Cell(one["asset"]),
                Cell(one["created_on"], "date"),
                Cell(one["completed_on"], "date"),
                self._get_promise_cell(one["response"]),
                self._get_promise_cell(one["resolution"]),
            ]
            for one in data["rows"]
        ]
        notes = ()
        if not rows:
            notes = (self.env._("No work order was completed in this period."),)
        elif data["count"] > len(rows):
            notes = (
                self.env._(
                    "The first %(shown)s of %(count)s work orders.",
                    shown=len(rows),
                    count=data["count"],
                ),
            )
        return [Section(self.env._("Work Orders"), columns, rows, notes=notes)]

    def _get_promise_cell(self, kept):
        if kept is None:
            return Cell(self.env._("not agreed"))
        if kept:
            return Cell(self.env._("in time"), style="good")
        return Cell(self.env._("late"), style="bad")

    def _layout_equipment(self, data, _content):
        columns = (
            Column(self.env._("Equipment"), 30, is_number=False),
            Column(self.env._("Serial Number"), 18, is_number=False),
            Column(self.env._("Site"), 32, is_number=False),
            Column(self.env._("Work Orders"), 10),
            Column(self.env._("Last Completed"), 14, is_number=False),
        )
        rows = [
            [
                Cell(one["name"]),
                Cell(one["serial"]),
                Cell(one["site"]),
                count(one["orders"]),
                Cell(one["last"], "date"),
            ]
            for one in data
        ]
        notes = () if rows else (self.env._("No equipment was worked on."),)
        return [Section(self.env._("Equipment"), columns, rows, notes=notes)]
