from odoo import Command

from .common import FieldServiceBillingCommon

RULES = ("extra_qty", "rounding_qty", "minimum_qty", "agreed_qty")


class PricingCommon(FieldServiceBillingCommon):
    """Pricing terms of company A; without values they change nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adjustment = cls._create_service("Adjustment", 0.0, uom=False)
        cls.callout = cls._create_service("Call-out", 45.0, uom=False)
        cls.way = cls._create_service("Way", 0.9, uom=False)
        cls.outside = cls._create_service("Outside service", 0.0, uom=False)

    @classmethod
    def _create_terms(cls, name="Standard", default=True, **values):
        terms = cls.env["field.service.pricing"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "adjustment_product_id": cls.adjustment.id,
                "callout_product_id": cls.callout.id,
                "travel_product_id": cls.way.id,
                "external_product_id": cls.outside.id,
                **values,
            }
        )
        if default:
            cls.company.service_pricing_id = terms
        return terms

    @classmethod
    def _create_roster(cls):
        """Monday to Friday, 8 to 12 and 13 to 17, UTC."""
        hours = [(8.0, 12.0), (13.0, 17.0)]
        cls.technician.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "Roster",
                "company_id": cls.company.id,
                "tz": "UTC",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": stop,
                            "day_period": "morning" if start < 12 else "afternoon",
                        }
                    )
                    for day in range(5)
                    for start, stop in hours
                ],
            }
        )

    def _get_charge(self, order, kind):
        return order.charge_ids.filtered(lambda charge: charge.kind == kind)

    def _assert_charges(self, order, expected):
        """Check {kind: (worked, by rules, to bill, amount)} of one charge per kind."""
        found = {
            charge.kind: (
                charge.worked_qty,
                charge.uplift_qty,
                charge.quantity,
                charge.amount,
            )
            for charge in order.charge_ids
        }
        self.assertEqual(found, expected)
        self.assertEqual(len(order.charge_ids), len(expected))
        self._assert_balanced(order)

    def _assert_balanced(self, order):
        """Check that nothing is lost: quantities, values, and the leakage report."""
        self.env.flush_all()
        for charge in order.charge_ids:
            currency = charge.currency_id
            left_out = charge._get_chargeable_qty() - charge.quantity
            self.assertAlmostEqual(
                charge.worked_qty + sum(charge[name] for name in RULES),
                charge.quantity + charge.covered_qty + left_out,
                6,
            )
            worked = currency.round(charge.worked_qty * charge.price_unit)
            self.assertFalse(
                currency.compare_amounts(
                    worked + charge.uplift_amount,
                    charge.amount
                    + charge.covered_amount
                    + charge.discount_amount
                    + charge.left_out_amount,
                ),
                charge.name,
            )
            rows = self.env["field.service.leakage"].search(
                [("charge_id", "=", charge.id)]
            )
            leaked = sum(rows.mapped("amount"))
            self.assertFalse(
                currency.compare_amounts(worked, charge.amount + leaked), charge.name
            )

    def _get_leakage(self, order):
        """Return {reason: value} of an order."""
        self.env.flush_all()
        groups = self.env["field.service.leakage"]._read_group(
            [("order_id", "=", order.id)], ["reason"], ["amount:sum"]
        )
        return {reason: round(amount, 2) for reason, amount in groups}
