import pytz

from odoo import fields, models


class FieldServiceMoveEquipment(models.AbstractModel):
    """A unit with a serial number that was used becomes equipment at the site.

    Follows the done moves, whoever made them: what a technician used, what a warehouse
    validated, what was returned, and what was corrected afterwards.
    """

    _name = "field.service.move.equipment"
    _description = "Equipment from Stock Moves"

    service_installation_ids = fields.One2many(
        comodel_name="field.service.asset.installation",
        inverse_name="move_id",
        string="Equipment Put in",
    )

    def _sync_equipment(self):
        """Bring the register to what these done moves say. Idempotent."""
        # Neither technicians nor stock users write the register of equipment.
        for move in self.sudo():
            if move.state != "done" or move.product_id.tracking != "serial":
                continue
            if move.location_id.usage == "customer":
                move._sync_taken_out()
            elif (
                move.location_dest_id.usage == "customer"
                and move.service_order_id
                and move.product_id.service_makes_equipment
            ):
                move._sync_put_in()

    def _get_moved_lots(self):
        """Return the serial numbers the move has moved."""
        lines = self.move_line_ids.filtered(
            lambda line: not line.product_uom_id.is_zero(line.quantity)
        )
        return lines.lot_id

    def _get_site_date(self):
        """Return the day of the move where the equipment stands."""
        order = self.service_order_id
        zone = order._get_site_tz() if order else self.env.user.tz or "UTC"
        return pytz.utc.localize(self.date).astimezone(pytz.timezone(zone)).date()

    # -------------------------------------------------------------------- put in
    def _sync_put_in(self):
        """One stay for each serial number; a corrected number corrects its stay."""
        lots = self._get_moved_lots()
        stays = self.service_installation_ids
        wrong = stays.filtered(lambda stay: stay.lot_id not in lots)
        for lot in lots - stays.lot_id:
            if wrong:
                wrong[0]._correct_lot(lot)
                wrong = wrong[1:]
            else:
                self._put_in(lot)
        wrong._undo()

    def _put_in(self, lot):
        """Register a unit where it was put in, and take out what it replaces."""
        order, part = self.service_order_id, self.service_part_id
        date = self._get_site_date()
        assets = self.env["field.service.asset"].with_company(order.company_id)
        asset = assets._get_or_create_by_lot(order, lot)
        old = part._get_unit_to_replace() - asset
        parent = part._get_install_parent(order) - asset
        if old:
            old._remove(date, "taken_out", removal_order_id=order.id)
        stay = asset._install(
            order.site_id or order.partner_id,
            date,
            partner_id=(old | parent | order.asset_ids)[:1].partner_id.id
            or order.partner_id.id,
            parent_id=parent.id if not asset._is_inside(parent) else False,
            order_id=order.id,
            part_id=part.id,
            move_id=self.id,
            lot_id=lot.id,
            replaces_id=old.id,
        )
        asset._start_warranty(stay)
        if old and part.old_unit != "customer":
            old._take_back(part)

    # ----------------------------------------------------------------- taken out
    def _sync_taken_out(self):
        """End the stays of the serial numbers that left the customer with the move."""
        lots = self._get_moved_lots()
        stays = self.env["field.service.asset.installation"]
        known = stays.search([("removal_move_id", "=", self.id)])
        wrong = known.filtered(lambda stay: stay.asset_id.lot_id not in lots)
        wrong._resume(self.service_order_id)
        wrong.removal_move_id = False
        wrong.asset_id._follow_installations()
        date = self._get_site_date()
        for asset in self._find_standing(lots - known.asset_id.lot_id, date):
            asset._remove(
                date,
                self._get_removal(asset.lot_id),
                removal_order_id=self.service_order_id.id,
                removal_move_id=self.id,
            )._give_up_warranty()

    def _find_standing(self, lots, date):
        """Return the equipment with these numbers that stands somewhere by that day."""
        assets = self.env["field.service.asset"].search(
            [
                ("lot_id", "in", lots.ids),
                ("company_id", "=", self.company_id.id),
                ("removed_on", "=", False),
            ]
        )
        # An older move that is corrected says nothing about a later stay.
        return assets.filtered(
            lambda asset: not asset.installed_on or asset.installed_on <= date
        )

    def _get_removal(self, lot):
        """Tell whose the unit is now: it stays its owner's, or is ours again."""
        lines = self.move_line_ids.filtered(lambda line: line.lot_id == lot)
        theirs = any(line._should_exclude_for_valuation() for line in lines)
        return "taken_out" if theirs else "returned"
