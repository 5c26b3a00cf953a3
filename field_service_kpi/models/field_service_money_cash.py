from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formatLang

from ..money import Found, Row

CHARGES = "field.service.charge.report"
INVOICES = "field.service.invoice.report"
VANS = "field.service.replenishment"
OFFERS = "field.service.offer.kpi.report"


class FieldServiceMoneyCash(models.AbstractModel):
    """What money costs that is tied up, and what was never offered."""

    _name = "field.service.money.cash"
    _inherit = ["field.service.money.time"]
    _description = "Money on the Table: Cash"

    @api.model
    def _get_sources(self):
        return {
            **super()._get_sources(),
            "unbilled": (self.env._("Work not yet invoiced"), self._find_unbilled),
            "overdue": (self.env._("Overdue invoices"), self._find_overdue),
            "slow": (self.env._("Slow parts in vans"), self._find_slow_parts),
            "offer": (self.env._("Missed recommendations"), self._find_offers),
        }

    def _make_tied_up(self, scope, reason, **values):
        """A sum that is tied up costs what capital costs, as long as it stands."""
        rate = scope.companies.service_capital_rate
        if values["base"] <= 0:
            return Found(reason=reason)
        note = self.env._(
            "No cost of capital is entered in the settings: what it costs is not known."
        )
        if rate:
            note = self.env._(
                "Cost of capital: %(rate)s %% a year.",
                rate=formatLang(self.env, rate, digits=1),
            )
        row = Row(
            amount=values["base"] * rate / 100.0 if rate else None,
            basis="status",
            yearly=True,
            note=note,
            **values,
        )
        return Found((row,))

    # ------------------------------------------------------------------ tied up
    def _find_unbilled(self, scope):
        domain = Domain("company_id", "in", scope.companies.ids)
        domain &= Domain("unbilled", "!=", 0) & Domain("date", "!=", False)
        amount, n = self._read_row(CHARGES, domain, "unbilled:sum", "__count")
        return self._make_tied_up(
            scope,
            self.env._("All completed work is invoiced."),
            key="unbilled",
            label=self.env._("Completed work not yet invoiced"),
            formula=self.env._(
                "What waits to be invoiced on completed orders now x cost of capital."
            ),
            base=amount,
            n=n,
            model=CHARGES,
            domain=tuple(domain),
            kpi="C1",
        )

    def _find_overdue(self, scope):
        domain = Domain("company_id", "in", scope.companies.ids)
        domain &= Domain("open_amount", "!=", 0)
        domain &= Domain("due_on", "<", fields.Date.context_today(self))
        amount, n = self._read_row(
            INVOICES, domain, "open_amount:sum", "move_id:count_distinct"
        )
        return self._make_tied_up(
            scope,
            self.env._("No invoice of a work order is overdue."),
            key="overdue",
            label=self.env._("Overdue invoices"),
            formula=self.env._(
                "What is open on invoices of work orders past their due date now x "
                "cost of capital."
            ),
            base=amount,
            n=n,
            model=INVOICES,
            domain=tuple(domain),
            kpi="C3",
        )

    def _find_slow_parts(self, scope):
        domain = Domain("company_id", "in", scope.companies.ids)
        domain &= Domain("kind", "=", "return") & Domain("excluded", "=", False)
        value, n = self._read_row(VANS, domain, "value:sum", "__count")
        return self._make_tied_up(
            scope,
            self.env._("No part is proposed to go back from a van."),
            key="slow",
            label=self.env._("Slow parts in vans"),
            formula=self.env._(
                "Value of what the van replenishment proposes to take back x cost of "
                "capital."
            ),
            base=value,
            n=n,
            model=VANS,
            domain=tuple(domain),
            tool="field_service_stock.field_service_replenishment_action",
        )

    # ------------------------------------------------------------------ offers
    def _find_offers(self, scope):
        domain = self._get_period_domain(scope, "found_on")
        missed, n = self._read_row(
            OFFERS, domain, "missed_margin:sum", "missed_margin:count"
        )
        if missed <= 0:
            return Found(
                reason=self.env._("Every recommendation was presented, or none found.")
            )
        presented, accepted = self._read_row(
            OFFERS,
            self._get_period_domain(scope),
            "presented_margin:sum",
            "expected_margin:sum",
        )
        share = accepted / presented if presented > 0 else None
        note = self.env._("Nothing was presented: nobody knows what customers take.")
        if share is not None:
            note = self.env._(
                "Customers took %(share)s %% of the expected margin that was "
                "presented.",
                share=formatLang(self.env, share * 100, digits=1),
            )
        row = Row(
            key="offer",
            label=self.env._("Recommendations that nobody presented"),
            formula=self.env._(
                "Expected margin of what rules found on completed orders and nobody "
                "presented x share of the presented margin that customers took."
            ),
            base=missed,
            amount=None if share is None else missed * share,
            n=n,
            model=OFFERS,
            domain=tuple(domain & Domain("missed_margin", "!=", False)),
            basis="created",
            note=note,
            kpi="G1",
        )
        return Found((row,))
