from datetime import date

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.field_service_billing.tests.common_offer import (
    FieldServiceOfferCommon,
)

from ..measure import KpiValue
from .money_common import FieldServiceMoneyCommon

NOTHING = KpiValue(None, None, None, 0)
YEAR = {"date_from": date(2026, 1, 1), "date_to": date(2026, 12, 31)}


@tagged("post_install", "-at_install")
class TestKpiOffers(FieldServiceOfferCommon, FieldServiceMoneyCommon):
    def test_offers(self):
        """Two orders with a recommendation, one was told; 750.00 came out of it."""
        today = fields.Date.today()
        days = {"date_from": today, "date_to": today}
        self._sync()
        self.assertKpi("G1", 0.0, cases=1, **days)
        self.assertIsNone((self._value("G2", **days) or NOTHING).value)
        self.rule.write({"outcome": "order", "result_job_type_id": self.job_type.id})
        service = self._create_service("Check", 900.0)
        package = self.rule.package_ids[0]
        package.line_ids.product_id = service
        offer = self.order.offer_ids
        self._send(offer, "accepted", package_id=package.id)
        other = self._create_boiler_order(partner_id=self._create_partner("B").id)
        self._sync(other)
        self.assertKpi("G1", 1 / 2, cases=2, **days)
        self.assertKpi("G2", 1.0, cases=1, **days)
        other.offer_ids.state = "presented"
        other.offer_ids.presented_on = fields.Datetime.now()
        self.assertKpi("G1", 1.0, cases=2, **days)
        self.assertKpi("G2", 1 / 2, cases=2, **days)
        # By the margin that was expected of each.
        accepted, open_offer = offer.expected_margin, other.offer_ids.expected_margin
        self.assertTrue(accepted and open_offer)
        self.assertKpi("G2-V", accepted / (accepted + open_offer), cases=2, **days)
        order = offer.result_order_ids
        order.action_release()
        self._work(self._create_visit(order, "2026-04-01 08:00:00"), 4.0)
        self._bill(order)
        # 900.00 - 4 h at 37.50.
        self.assertKpi("G3", 750.0, cases=1, **days)


@tagged("post_install", "-at_install")
class TestKpiCustomers(FieldServiceMoneyCommon):
    def _create_agreement(self, start, end=False, partner=None, **values):
        agreement = self.env["field.service.agreement"].create(
            {
                "partner_id": (partner or self.partner).id,
                "company_id": self.company.id,
                "date_start": start,
                "date_end": end,
                "coverage_ids": [
                    Command.create({"name": "All", "labour_scope": "all"})
                ],
                **values,
            }
        )
        agreement.action_activate()
        return agreement

    def _rate(self, order, stars):
        order.rating_requested_on = "2026-03-15 08:00:00"
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id(order._name),
                "res_id": order.id,
                "rating": stars,
                "consumed": bool(stars),
            }
        )
        rating.rated_on = "2026-03-16 08:00:00"

    def test_ratings(self):
        """5, 4 and 2 stars; one customer has not answered, one was not asked."""
        for order, stars in zip(self.orders, (5, 4, 2, 0), strict=True):
            self._rate(order, stars)
        self.assertKpi("G6", 2 / 3, cases=3)
        # One promoter, one detractor.
        self.assertKpi("G7", 0.0, cases=3)
        self.assertKpi("G6-R", 3 / 4, cases=4)
        extra = self._do("extra", 1.0, day=24)
        self._rate(extra, 5)
        self.assertKpi("G7", 100 * (2 - 1) / 4, cases=4)
        self.assertKpi("G6-R", 4 / 5, cases=5)
        cost = self._create_user("cost", "field_service.group_cost")
        with self.assertRaises(AccessError):
            self.env["field.service.rating.report"].with_user(cost).search([])

    def test_customers_with_an_agreement(self):
        """The customer has none; another one has: one of two."""
        self.assertKpi("G4", 0.0, cases=1)
        other = self._create_partner("Other")
        contact = self._create_partner("Office", parent_id=other.id)
        self._create_agreement("2026-03-01", "2026-03-20", other)
        self._do("other", 1.0, day=18, partner_id=contact.id)
        self.assertKpi("G4", 1 / 2, cases=2)
        # After its end the agreement counts no more.
        day = {"date_from": date(2026, 3, 24), "date_to": date(2026, 3, 24)}
        self._do("late", 1.0, day=24, partner_id=contact.id)
        self.assertKpi("G4", 0.0, cases=1, **day)

    def test_renewals(self):
        """One renewed on 31 January, one ended on 30 June, one still runs."""
        renewed = self._create_agreement("2025-02-01", "2026-01-31")
        renewed._renew(date(2027, 1, 31))
        self.assertKpi("G5", 1.0, cases=1, **YEAR)
        self._create_agreement("2025-07-01", "2026-06-30")
        self._create_agreement("2026-02-01", "2030-01-31")
        self.assertKpi("G5", 1 / 2, cases=2, **YEAR)
        june = {"date_from": date(2026, 6, 1), "date_to": date(2026, 6, 30)}
        self.assertKpi("G5", 0.0, cases=1, **june)

    def test_contracts(self):
        """A fee of 100.00; its order costs 37.50. Two of four visits are done."""
        line = {
            "job_type_id": self.job_type.id,
            "site_id": self.partner.id,
            "anchor_date": "2026-03-02",
            "repeat_unit": "week",
        }
        agreement = self._create_agreement(
            "2026-02-01", line_ids=[Command.create(line)], plan_days=60
        )
        order = self._do("owed", 1.0, day=25, coverage="contract")
        order.agreement_id = agreement
        agreement._ensure_analytic_accounts()
        share = {str(agreement.sudo().analytic_account_id.id): 100.0}
        fee, bank = self._get_account("income"), self._get_account("asset_current")
        self._create_entry([(fee, -100.0, share), (bank, 100.0, False)])
        self.assertKpi("P15", 62.5 / 100.0, cases=1)
        visits = agreement.occurrence_ids.sorted("original_date")
        march = visits.filtered(lambda visit: visit.original_date.month == 3)
        self.assertEqual(len(march), 5)  # 2, 9, 16, 23, 30
        self.env.flush_all()
        for visit, state in zip(
            march, ("done", "done", "owed", "skipped", "owed"), strict=True
        ):
            self.env.cr.execute(
                SQL(
                    """UPDATE field_service_agreement_occurrence
                          SET state = %s WHERE id = %s""",
                    state,
                    visit.id,
                )
            )
        self.env.invalidate_all()
        days = {"date_to": date(2026, 3, 31)}
        self.assertKpi("P16", 2 / 4, cases=4, **days)
        self.assertKpi("P15-V", 62.5 / 2, cases=2, **days)
