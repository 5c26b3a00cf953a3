import json
from collections import defaultdict

from odoo import fields, models
from odoo.tools.date_utils import add, start_of

from ..measure import LEVELS, Scope
from .field_service_signoff_freeze import DEFINITION_VERSION

# Version of the structure of a snapshot; older ones stay readable.
LAYOUT = 1
COSTS = ("parts", "labour", "travel", "subcontract", "other")
PARTS = {
    "owner": (
        *("summary", "months", "kpis", "job_types", "customers", "teams", "orders"),
        *("reconciliation", "signoffs", "changes", "restated"),
    ),
    "bank": (
        *("summary", "months", "kpis", "job_types", "concentration"),
        *("reconciliation", "signoffs", "changes", "restated"),
    ),
    "customer": ("work", "kpis", "service", "equipment", "changes"),
    "team": ("work", "kpis", "changes", "restated"),
    "auditor": (
        *("summary", "reconciliation", "signoffs", "integrity", "attribution"),
        *("kpis", "changes", "restated"),
    ),
}
MONEY_PARTS = {"team": ("summary", "months", "job_types")}
ROWS_SHOWN = 15
ORDERS_SHOWN = 10


class FieldServicePackCollect(models.AbstractModel):
    """Reads the figures of a pack: one method per part, ``_collect_<part>``.

    What they return is JSON: numbers, texts, and ``{language: text}`` for names that
    are translated. Nothing else is looked at when a pack is printed.
    """

    _name = "field.service.pack.collect"
    _description = "Figures of a Performance Pack"

    def _get_parts(self, variant, money):
        """Names of the parts of a variant, in their order. Extend for more."""
        extra = MONEY_PARTS.get(variant, ()) if money else ()
        return [*extra, *PARTS[variant]]

    def _collect(self, question):
        """Return the whole snapshot as a dictionary."""
        self.ensure_one()
        parts = self._get_parts(question.variant, question.money)
        content = {
            **self._collect_header(question),
            "parts": parts,
        }
        for part in parts:
            content[part] = getattr(self, f"_collect_{part}")(question, content)
        return content

    @staticmethod
    def _serialize(content):
        """Return a snapshot as text: the same figures always give the same bytes."""
        return json.dumps(
            content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )

    def _collect_header(self, question):
        has_names = question.variant in ("owner", "auditor")
        return {
            "layout": LAYOUT,
            "definition": DEFINITION_VERSION,
            "name": self.name,
            "variant": question.variant,
            "date_from": str(question.date_from),
            "date_to": str(question.date_to),
            "frozen_on": fields.Datetime.to_string(self.frozen_on),
            "frozen_by": self.frozen_by_id.name if has_names else "",
            "company": question.main.name,
            "vat": question.main.vat or "",
            "logo": ""
            if question.main.uses_default_logo
            else (question.main.logo_web or b"").decode(),
            "currency": question.currency.name,
            "decimals": question.currency.decimal_places,
            "companies": self._collect_companies(question),
            "customer": self.partner_id.display_name or "",
            "team": self._get_texts(self.team_id) if self.team_id else "",
            "money": question.money,
        }

    def _collect_companies(self, question):
        """Companies with the rates at which their money was converted."""
        return [
            {
                "name": company.name,
                "currency": company.currency_id.name,
                "rate": self._clean(self._get_rate(company, question), digits=10),
            }
            for company in question.companies
        ]

    # ----------------------------------------------------------------------- helpers
    def _get_rate(self, company, question):
        return company.currency_id._get_conversion_rate(
            company.currency_id, question.currency, question.main, question.date_to
        )

    @staticmethod
    def _clean(value, digits=6):
        """A number without the noise of adding; -0.0 is 0.0."""
        return None if value is None else round(value, digits) + 0.0

    @staticmethod
    def _round(value, question):
        return question.currency.round(value or 0.0) + 0.0

    def _get_texts(self, record, name="name"):
        """A field's text by language where it is translated, else as it is."""
        if not record._fields[name].translate:
            return record[name] or ""
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        return {
            code: record.with_context(lang=code)[name] or "" for code in sorted(codes)
        }

    def _get_domain(self, question, date="date", dates=None):
        """Domain on a flat report for what the pack is about."""
        start, stop = dates or (question.date_from, question.date_to)
        return [
            ("company_id", "in", question.companies.ids),
            (date, ">=", start),
            (date, "<=", stop),
            *((LEVELS[level], "=", one) for level, one in question.filters),
        ]

    # -------------------------------------------------------------------------- KPIs
    def _collect_kpis(self, question, _content):
        start, stop = self._get_previous_period(question.date_from, question.date_to)
        scope = Scope(
            question.companies,
            question.date_from,
            question.date_to,
            filters=question.filters,
        )
        now = self._get_kpi_values(scope, question)
        before = self._get_kpi_values(
            scope._replace(date_from=start, date_to=stop), question
        )
        targets = self._get_goals(scope, question)
        return [
            self._get_kpi_row(kpi, now[kpi], before[kpi], targets.get(kpi), scope)
            for kpi in question.kpis
            if kpi in now and self._exists_at(kpi, question)
        ]

    @staticmethod
    def _exists_at(kpi, question):
        return {level for level, _one in question.filters} <= kpi._get_levels()

    def _get_kpi_values(self, scope, question):
        """Return ``{kpi: KpiValue or None}``, money in the currency of the pack."""
        kpis = question.kpis.with_company(question.main)
        found = kpis._get_values(scope, question.currency)
        return {
            kpi.with_env(question.kpis.env): values.get((False, False, None))
            for kpi, values in found.items()
        }

    def _get_goals(self, scope, question):
        """Return the target of each KPI; a group of companies has none."""
        if len(question.companies) > 1:
            return {}
        model = self.env["field.service.kpi.target"]
        targets = model._get_targets(question.kpis, scope)
        company = question.main.id
        return {
            kpi: model._find_target(targets, kpi, company, False)
            for kpi in question.kpis
        }

    def _get_kpi_row(self, kpi, value, before, target, scope):
        too_small = value is not None and kpi._is_too_small(value)
        number = value.value if value else None
        goal, limit = target._get_goal(scope) if target else (None, None)
        registry = self.env["field.service.kpi.measure"]
        return {
            "code": kpi.code,
            "name": self._get_texts(kpi),
            "formula": self._get_texts(kpi, "formula_text"),
            "unit": kpi.unit,
            "decimals": kpi.decimals,
            "direction": kpi.direction,
            "basis": registry._get_measure(kpi.numerator).basis,
            "value": self._clean(number),
            "previous": self._clean(before.value if before else None),
            "cases": value.cases if value else 0,
            "min_sample": kpi.min_sample,
            "too_small": too_small,
            "target": self._clean(goal),
            "limit": self._clean(limit),
            "status": target._get_status(number, scope)
            if target and not too_small
            else None,
        }

    # ------------------------------------------------------------------------ profit
    def _collect_summary(self, question, _content):
        dates = self._get_previous_period(question.date_from, question.date_to)
        return {
            "current": self._get_totals(question),
            "previous": self._get_totals(question, dates),
            "previous_from": str(dates[0]),
            "previous_to": str(dates[1]),
        }

    def _get_totals(self, question, dates=None):
        """Revenue, costs by kind, margin and number of orders; None without items."""
        names = ("revenue", *COSTS, "margin")
        groups = self.env["field.service.ledger.report"]._read_group(
            self._get_domain(question, dates=dates),
            ["company_id"],
            [*(f"{name}:sum" for name in names), "order_id:count_distinct"],
        )
        if not groups:
            return None
        sums = defaultdict(float)
        for company, *amounts, orders in groups:
            rate = self._get_rate(company, question)
            sums["orders"] += orders
            for name, amount in zip(names, amounts, strict=True):
                sums[name] += (amount or 0.0) * rate
        totals = {name: self._round(sums[name], question) for name in names}
        return {**totals, "orders": int(sums["orders"])}

    def _get_rows(self, question, groupby):
        """Return ``{record: [revenue, margin, orders]}`` of the period, converted."""
        groups = self.env["field.service.ledger.report"]._read_group(
            self._get_domain(question),
            ["company_id", groupby],
            ["revenue:sum", "margin:sum", "order_id:count_distinct"],
        )
        rows = defaultdict(lambda: [0.0, 0.0, 0])
        for company, record, revenue, margin, orders in groups:
            rate = self._get_rate(company, question)
            row = rows[record]
            row[0] += (revenue or 0.0) * rate
            row[1] += (margin or 0.0) * rate
            row[2] += orders
        return rows

    def _get_table(self, question, groupby, limit=ROWS_SHOWN):
        """Rows by margin, largest first; the rest is one row, so that it adds up."""
        rows = self._get_rows(question, groupby)
        ordered = sorted(rows.items(), key=lambda one: (-one[1][1], one[0].id or 0))
        table = [
            {
                "name": self._get_texts(record) if record else "",
                "revenue": self._round(row[0], question),
                "margin": self._round(row[1], question),
                "orders": row[2],
            }
            for record, row in ordered[:limit]
        ]
        rest = [row for _record, row in ordered[limit:]]
        others = {
            "count": len(rest),
            "revenue": self._round(sum(row[0] for row in rest), question),
            "margin": self._round(sum(row[1] for row in rest), question),
            "orders": sum(row[2] for row in rest),
        }
        return {"rows": table, "others": others if rest else None}

    def _collect_job_types(self, question, _content):
        return self._get_table(question, "job_type_id")

    def _collect_customers(self, question, _content):
        return self._get_table(question, "partner_id")

    def _collect_teams(self, question, _content):
        return self._get_table(question, "team_id")

    def _collect_concentration(self, question, _content):
        """How much of the revenue the largest customers are, without their names."""
        rows = self._get_rows(question, "partner_id").values()
        amounts = sorted((row[0] for row in rows if row[0] > 0), reverse=True)
        total = sum(amounts)
        return {
            "customers": len(amounts),
            "largest": self._clean(amounts[0] / total) if total else None,
            "five_largest": self._clean(sum(amounts[:5]) / total) if total else None,
        }

    def _collect_months(self, question, _content):
        """Revenue and margin of the twelve months that end with the period."""
        first = add(start_of(question.date_to, "month"), months=-11)
        groups = self.env["field.service.ledger.report"]._read_group(
            self._get_domain(question, dates=(first, question.date_to)),
            ["company_id", "date:month"],
            ["revenue:sum", "margin:sum"],
        )
        sums = {}
        for company, month, revenue, margin in groups:
            rate = self._get_rate(company, question)
            row = sums.setdefault(month, [0.0, 0.0])
            row[0] += (revenue or 0.0) * rate
            row[1] += (margin or 0.0) * rate
        months = [add(first, months=number) for number in range(12)]
        return [
            {
                "month": str(month),
                "revenue": self._round(sums[month][0], question),
                "margin": self._round(sums[month][1], question),
            }
            # A month without items is not one with a margin of nothing.
            if month in sums
            else {"month": str(month), "revenue": None, "margin": None}
            for month in months
        ]

    # ------------------------------------------------------------------------ orders
    def _collect_orders(self, question, _content):
        """The orders that earned most and those that lost money."""
        found = {}
        for key, direction in (("best", "desc"), ("worst", "asc")):
            rows = []
            for company in question.companies:
                rows += self._get_order_rows(question, company, direction)
            rows.sort(
                key=lambda row: (row["margin"], row["name"]), reverse=key == "best"
            )
            sign = 1 if key == "best" else -1
            found[key] = [row for row in rows if sign * row["margin"] > 0]
            found[key] = found[key][:ORDERS_SHOWN]
        return found

    def _get_order_rows(self, question, company, direction):
        groups = self.env["field.service.ledger.report"]._read_group(
            [*self._get_domain(question), ("company_id", "=", company.id)],
            ["order_id"],
            ["revenue:sum", "margin:sum"],
            order=f"margin:sum {direction}, order_id",
            limit=ORDERS_SHOWN,
        )
        rate = self._get_rate(company, question)
        return [
            {
                "name": order.name,
                "customer": order.partner_id.display_name or "",
                "job_type": self._get_texts(order.job_type_id)
                if order.job_type_id
                else "",
                "revenue": self._round((revenue or 0.0) * rate, question),
                "margin": self._round((margin or 0.0) * rate, question),
            }
            for order, revenue, margin in groups
        ]
