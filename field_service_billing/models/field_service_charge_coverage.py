from math import inf
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import float_compare
from odoo.tools.misc import formatLang

from .field_service_charge_billing import DERIVED_KINDS
from .field_service_entitlement import KIND_SEQUENCE
from .field_service_job_type import COVERAGES


class ChargeCoverage(NamedTuple):
    """Who pays for a charge: the coverage, the agreement's line, a discount in %."""

    coverage: str
    line: models.BaseModel
    discount: float = 0.0


class FieldServiceChargeCoverage(models.AbstractModel):
    """Who pays for a charge, and what of it is not billed for which reason.

    Worked, and what rules add to it, = to bill + covered + left out by a person; the
    value of what is not billed is split in the same way, to the cent, with the discount
    as a reason of its own.
    """

    _name = "field.service.charge.coverage"
    _description = "Coverage of Charges"

    # The order's; the charge says so.
    currency_id = fields.Many2one(comodel_name="res.currency")
    coverage = fields.Selection(
        selection=COVERAGES,
        compute="_compute_coverage",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="Who pays. An agreement may cover only a part of it: what is beyond is "
        "to bill.",
    )
    coverage_agreement_line_id = fields.Many2one(
        comodel_name="field.service.agreement.coverage",
        string="Agreement",
        compute="_compute_coverage",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    covered_qty = fields.Float(
        string="Covered",
        compute="_compute_covered_qty",
        store=True,
        precompute=True,
        digits="Product Unit",
        help="Worked, but paid by the warranty, the agreement or us.",
    )
    entitled_on = fields.Date(
        readonly=True, help="Day that says from which period of an agreement it takes."
    )
    covered_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Shown as",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        check_company=True,
    )
    discount = fields.Float(
        string="Disc. %",
        compute="_compute_coverage",
        store=True,
        readonly=False,
        precompute=True,
        digits="Discount",
    )
    covered_amount = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        help="Value of what is covered, at the price the customer would have paid.",
    )
    discount_amount = fields.Monetary(
        string="Discount", compute="_compute_amounts", store=True
    )
    left_out_amount = fields.Monetary(
        string="Left Out",
        compute="_compute_amounts",
        store=True,
        help="Value of what somebody decided not to bill, with his reason.",
    )

    _discount_range = models.Constraint(
        "CHECK(discount BETWEEN 0 AND 100)", "A discount is between 0 and 100 %."
    )

    # ------------------------------------------------------------------ computes
    @api.depends(
        "order_id.coverage",
        "order_id.coverage_rule",
        "order_id.coverage_agreement_line_id",
        "order_id.coverage_asset_id",
        "kind",
        "product_id",
    )
    def _compute_coverage(self):
        for charge in self:
            if charge._is_billed():
                continue
            share = charge.order_id._get_charge_coverage(charge)
            charge.coverage = share.coverage
            charge.coverage_agreement_line_id = share.line
            charge.discount = share.discount

    @api.depends("worked_qty", "uplift_qty", "coverage", "coverage_agreement_line_id")
    def _compute_covered_qty(self):
        """What an agreement covers is limited, and allocated after the work."""
        for charge in self:
            if charge._is_billed():
                continue
            if charge.coverage == "chargeable":
                charge.covered_qty = 0.0
            elif (
                charge.coverage != "contract"
                or not charge.coverage_agreement_line_id
                or abs(charge.covered_qty) > abs(charge._get_demand_qty())
            ):
                charge.covered_qty = charge._get_demand_qty()

    @api.model
    def _differ(self, quantity, other):
        """Tell whether two quantities differ as far as they are stored."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_compare(quantity, other, precision_digits=digits) != 0

    def _get_chargeable_qty(self):
        """Return what is left to bill of what was worked: what is not covered."""
        self.ensure_one()
        return self._get_demand_qty() - self.covered_qty

    def _split_unbilled_amount(self, gross):
        """Return the value of what is not billed, by reason.

        :param float gross: value of what was worked and added by rules, rounded
        :return: covered, discount and left out; the sum is gross less amount
        """
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        full = currency.round(self.quantity * self.price_unit)
        covered = gross - full
        if self._differ(self._get_chargeable_qty(), self.quantity):
            covered = currency.round(self.covered_qty * self.price_unit)
        if self.coverage == "chargeable":
            covered = 0.0
        return covered, full - self.amount, gross - full - covered

    # ----------------------------------------------------------------- allocation
    @api.model
    def _get_allocation_order(self):
        """Return the kinds in the order in which they take what is included."""
        return KIND_SEQUENCE

    def _get_allocation_key(self):
        """Return what charges have in common that are about the same work."""
        self.ensure_one()
        return self._get_source_key() if self.kind in DERIVED_KINDS else self

    def _get_rank(self):
        """Return when the charge takes of what is included: by day, then by kind."""
        sequence = self._get_allocation_order().get(self.kind, 9)
        source = self.visit_id.id or self.part_id.id or self.id
        # A call-out of the whole order follows the labour of its visits.
        visit = inf if self.kind == "callout" else 0
        return (self._get_work_day(), self.visit_id.id or visit, sequence, source)

    def _get_work_day(self):
        """Return the day of the work at the site."""
        self.ensure_one()
        return self.order_id._get_coverage_date(self.visit_id)

    def _get_hours(self, quantity):
        """Return a quantity of this charge in hours."""
        self.ensure_one()
        hour, uom = self.order_id._get_hour(), self.product_uom_id
        if uom and uom._has_common_reference(hour):
            return uom._compute_quantity(quantity, hour, round=False)
        return quantity

    def _set_covered(self, quantity, day):
        """Write what an agreement covers of an open charge, if it is new."""
        self.ensure_one()
        values = {}
        if self._differ(self.covered_qty, quantity):
            values["covered_qty"] = quantity
        if self.entitled_on != day:
            values["entitled_on"] = day
        if values:
            self.write(values)

    # ------------------------------------------------------------------- sales order
    def _show_covered(self, sale_order):
        """Tell the customer on the sales order what he does not pay, once."""
        covered = self.filtered(
            lambda charge: charge.covered_qty > 0
            and charge.covered_line_id.state in (False, "cancel")
        )
        notes = self.env["sale.order.line"].create(
            [
                {
                    "order_id": sale_order.id,
                    "display_type": "line_note",
                    "name": charge._get_covered_note(),
                }
                for charge in covered
            ]
        )
        for charge, note in zip(covered, notes, strict=True):
            charge.covered_line_id = note

    def _get_covered_note(self):
        """Return what is covered and its value, in the customer's language."""
        self.ensure_one()
        charge = self.with_context(lang=self.partner_id.lang)
        labels = dict(charge._fields["coverage"]._description_selection(charge.env))
        return charge.env._(
            "%(coverage)s: %(quantity)s %(unit)s %(name)s, worth %(value)s, free of "
            "charge",
            coverage=labels[charge.coverage],
            quantity=formatLang(charge.env, charge.covered_qty, dp="Product Unit"),
            unit=charge.product_uom_id.name or "",
            name=(charge.name or "").split("\n")[0],
            value=charge.currency_id.format(charge.covered_amount),
        )
