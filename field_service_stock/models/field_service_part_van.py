from odoo import models
from odoo.exceptions import UserError

from odoo.addons.field_service.models.field_service_order_gate import OPEN_STATES

DEAD_VISITS = ("cancelled", "declined", "missed")


class FieldServicePartVan(models.AbstractModel):
    """Which van a part is taken from, and which colleague has one."""

    _name = "field.service.part.van"
    _description = "Vans of Parts"

    def _get_planned_visit(self):
        """Return the visit that needs the part, else the first that may take place."""
        self.ensure_one()
        visits = self.order_id.visit_ids.filtered(
            lambda visit: visit.state not in DEAD_VISITS
        )
        return self.visit_id or visits[:1]

    def _get_planned_van(self):
        """Return the van of the visit: of a vehicle booked, else of the technician."""
        visit = self._get_planned_visit()
        vans = visit.resource_ids.service_location_id
        vans += visit.technician_id.service_location_id
        return vans.filtered(lambda van: van.company_id == self.company_id)[:1]

    def _follow_van(self):
        """Take what is not on its way yet from the van that is planned now."""
        self.env.add_to_compute(self._fields["location_id"], self)

    # ------------------------------------------------------------------ colleague
    def action_view_van_stock(self):
        """Show who has the part, the nearest first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_stock.field_service_van_stock_action"
        )
        return {
            **action,
            "name": self.env._("%(product)s in Vans", product=self.display_name),
            "domain": [
                ("product_id", "=", self.product_id.id),
                ("location_id", "!=", self.location_id.id),
            ],
            "context": {
                "search_default_free": 1,
                "service_van_part_id": self.id,
                "service_van_order_id": self.order_id.id,
            },
        }

    def _get_missing_in_van(self, transfer=None):
        """Return what no van has for the part, in the unit of the product.

        :param transfer: what is asked from a colleague and shall not count
        """
        self.ensure_one()
        missing = self.quantity - self.consumed_qty - self.reserved_qty
        uom = self.product_id.uom_id
        # What colleagues were asked for is on its way.
        asked = self.env["field.service.van.transfer"].sudo()
        asked = asked.search([("part_id", "=", self.id), ("is_open", "=", True)])
        asked -= transfer or asked.browse()
        missing = self.uom_id._compute_quantity(missing, uom, round=False)
        return uom.round(max(missing - sum(asked.mapped("quantity")), 0.0))

    def _check_can_be_asked_for(self, product, quantity, transfer=None):
        """Say why the part cannot be asked from a colleague."""
        self.ensure_one()
        missing = self._get_missing_in_van(transfer)
        reason = self._get_reason_not_to_ask(product, quantity, missing)
        if reason:
            raise UserError(reason)

    def _get_reason_not_to_ask(self, product, quantity, missing):
        order = self.order_id.name
        if self.order_id.state not in OPEN_STATES:
            return self.env._(
                "%(order)s is not released: nobody brings parts for it.", order=order
            )
        if product != self.product_id or self.cancelled or self.customer_supplied:
            return self.env._(
                "%(order)s does not wait for %(product)s.",
                order=order,
                product=product.display_name,
            )
        if product.uom_id.compare(quantity, missing) > 0:
            return self.env._(
                "Only %(missing)s %(unit)s of %(part)s are missing for %(order)s.",
                missing=f"{missing:g}",
                unit=product.uom_id.name,
                part=self.display_name,
                order=order,
            )
        return None

    def _supply_around(self, moves):
        """Bring from elsewhere what these moves do not: no more, and no less."""
        # The right on the part is the right to have it brought.
        for part in self.sudo().filtered(lambda part: not part.cancelled):
            part._reserve()
            if part.uom_id.compare(part._get_shortage(), 0.0) < 0:
                (part._get_supply_moves() - moves)._action_cancel()
                part._procure()

    def _supply_again(self):
        """Ask the warehouse for what a colleague does not give."""
        # As above.
        for part in self.sudo().filtered(lambda part: part._get_open_moves()):
            part._reserve()
