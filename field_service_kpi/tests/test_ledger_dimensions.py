from datetime import date, datetime

from odoo import Command
from odoo.tests import tagged

from .common import FieldServiceKpiCommon


@tagged("post_install", "-at_install")
class TestLedgerDimensions(FieldServiceKpiCommon):
    """What the profit of work orders can be filtered and grouped by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["field.service.ledger.report"]
        cls._create_entry([(cls.income, -70.0, cls._share((cls.order, 100)))])
        cls._create_entry([(cls.expense, 30.0, cls._share((cls.other_order, 100)))])
        cls.domain = [("order_id", "in", (cls.order + cls.other_order).ids)]

    def _group(self, groupby):
        return dict(self.report._read_group(self.domain, [groupby], ["margin:sum"]))

    def test_completed_by_the_clock_of_the_company(self):
        """22:30 UTC on the last of March is the first of April in Tallinn."""
        self.company.resource_calendar_id.tz = "Europe/Tallinn"
        self.order.completed_on = datetime(2026, 3, 31, 22, 30)
        for tz in ("UTC", "America/New_York"):
            report = self.report.with_context(tz=tz)
            row = report.search([("order_id", "=", self.order.id)])
            self.assertEqual(row.completed_on, date(2026, 4, 1))
            row.invalidate_recordset()
        self.assertEqual(
            self._group("completed_on:month"), {date(2026, 4, 1): 70.0, False: -30.0}
        )
        self.company.resource_calendar_id.tz = "UTC"
        self.assertIn(date(2026, 3, 1), self._group("completed_on:month"))

    def test_callbacks_count_for_the_original(self):
        self.other_order.callback_of_id = self.order
        self.assertEqual(self._group("origin_order_id"), {self.order: 40.0})
        self.assertEqual(
            self._group("order_id"), {self.order: 70.0, self.other_order: -30.0}
        )

    def test_team_and_who_leads_it(self):
        leader = self.env.user
        team = self.env["field.service.team"].create(
            {
                "name": "North",
                "leader_id": leader.id,
                "company_id": self.company.id,
            }
        )
        self.order.team_id = team
        self.assertEqual(
            self._group("responsible_id"), {leader: 70.0, leader.browse(): -30.0}
        )

    def test_coverage_and_agreement(self):
        agreement = self.env["field.service.agreement"].create(
            {"name": "Care", "partner_id": self.partner_a.id}
        )
        # In sudo, as the system's own steps decide: a person would give a reason.
        self.other_order.sudo().write(
            {"agreement_id": agreement.id, "coverage": "goodwill"}
        )
        self.order.sudo().coverage = "chargeable"
        self.assertEqual(self._group("coverage"), {"chargeable": 70, "goodwill": -30})
        self.assertEqual(
            self._group("agreement_id"), {agreement: -30.0, agreement.browse(): 70.0}
        )
        labels = dict(self.report._fields["coverage"]._description_selection(self.env))
        self.assertIn("goodwill", labels)

    def test_product_category(self):
        category = self.env["product.category"].create({"name": "Pumps"})
        goods = self._create_product(name="Pump", type="consu", categ_id=category.id)
        share = self._share((self.order, 100))
        self._create_invoice("in_invoice", [(25.0, share, goods)])
        self.assertEqual(self._group("categ_id")[category], -25.0)

    def test_dimensions_do_not_multiply_rows(self):
        assets = self.env["field.service.asset"].create(
            [{"name": name} for name in ("Boiler", "Pump")]
        )
        self.order.asset_ids = [Command.set(assets.ids)]
        names = (
            *("asset_id", "agreement_id", "coverage", "responsible_id"),
            *("categ_id", "completed_on:day", "origin_order_id", "team_id"),
        )
        groups = self.report._read_group(self.domain, names, ["margin:sum", "__count"])
        self.assertEqual(sorted(group[-2] for group in groups), [-30.0, 70.0])
        self.assertEqual([group[-1] for group in groups], [1, 1])

    def test_every_filter_and_grouping_of_the_search_works(self):
        """Search views are checked when they are loaded: here they are asked."""
        for model in (self.report._name, "field.service.technician.ledger.report"):
            views = self.env[model].get_views([(False, "search"), (False, "pivot")])
            for name in views["models"][model]["fields"]:
                field = self.env[model]._fields[name]
                if field.store and field.type in ("many2one", "selection"):
                    self.env[model]._read_group(self.domain, [name], ["margin:sum"])

    def test_life_to_date_is_labelled(self):
        action = self.order.action_open_posted_profit()
        self.assertIn("Life to Date", action["name"])
        rows = self.report.search(action["domain"])
        self.assertEqual(rows.order_id, self.order)
