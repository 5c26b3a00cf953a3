from collections import defaultdict

from odoo import api, fields, models
from odoo.tools.misc import format_datetime

# What the technician takes along follows from these.
TAKEN_FIELDS = {"product_id", "quantity", "uom_id", "cancelled", "visit_id", "name"}


class FieldServicePartDispatch(models.AbstractModel):
    """What a technician is told about parts, and what is said of those not there."""

    _name = "field.service.part.dispatch"
    _description = "Dispatch of Parts"

    # ----------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        orders = self.env["field.service.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )
        told = orders.visit_ids._get_told()
        parts = super().create(vals_list)
        orders.visit_ids._follow_changes(told)
        return parts

    def write(self, vals):
        if not TAKEN_FIELDS & vals.keys():
            return super().write(vals)
        visits = self.order_id.visit_ids
        told = visits._get_told()
        result = super().write(vals)
        visits._follow_changes(told)
        return result

    def unlink(self):
        visits = self.order_id.visit_ids
        told = visits._get_told()
        result = super().unlink()
        told = {visit: before for visit, before in told.items() if visit.exists()}
        visits._follow_changes(told)
        return result

    # ------------------------------------------------------------------ sentences
    def _describe_to_take(self):
        """Return [key, text] of what is taken along: equal keys, equal parts."""
        totals = defaultdict(float)
        for part in self:
            totals[part.product_id, part.uom_id, part.customer_supplied] += (
                part.quantity
            )
        described = []
        for (product, uom, theirs), quantity in totals.items():
            amount = f"{uom.round(quantity):g}"
            text = f"{amount} {product.display_name}"
            if theirs:
                text = self.env._("%(part)s (the customer's)", part=text)
            key = f"{product.id}:{uom.id}:{amount}:{int(bool(theirs))}"
            described.append([key, text])
        return described

    def _arrives_before(self, moment, coming):
        """Tell whether a transfer or purchase brings the part in time.

        What the warehouse has and nobody has asked for yet has no date: it can be
        brought at any time.

        :param coming: which of both count
        """
        self.ensure_one()
        now = fields.Datetime.now()
        date = self.readiness_date or now
        return self.readiness in coming and date <= max(moment or now, now)

    def _describe_late(self):
        """Say which parts are missing, in the warehouse, or expected when."""
        labels = dict(self._fields["readiness"]._description_selection(self.env))
        described = []
        for part in self:
            state = labels.get(part.readiness, "")
            if part.readiness_date:
                moment = format_datetime(
                    self.env, part.readiness_date, dt_format="short"
                )
                state = f"{state} ({moment})"
            described.append(f"{part.display_name} – {state}")
        return self.env._(
            "Mandatory parts are not there: %(parts)s.", parts="; ".join(described)
        )
