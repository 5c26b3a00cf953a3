from odoo import api, models
from odoo.fields import Domain

# How many units of a place a phone offers to be replaced.
SHOWN = 50


class FieldServiceMyDayUnit(models.AbstractModel):
    """What a part with a serial number is put in as, said on the phone."""

    _name = "field.service.my.day.unit"
    _description = "Units on a Technician's Phone"

    @api.model
    def _get_standing_units(self, visits):
        """Return the units that stand where the visits are, by visit, in one query."""
        orders = visits.order_id
        places = {order: order.site_id or order.partner_id for order in orders}
        there = [place.id for place in places.values()]
        found = self.env["field.service.asset"].search(
            Domain("company_id", "in", orders.company_id.ids)
            & Domain("removed_on", "=", False)
            & (
                Domain("site_id", "in", there)
                | (Domain("site_id", "=", False) & Domain("partner_id", "in", there))
                | Domain("id", "in", orders.asset_ids.ids)
            ),
            order="name, id",
        )
        return {
            visit.id: [
                self._get_unit_values(asset)
                for asset in found
                if asset.company_id == visit.company_id
                and (
                    (asset.site_id or asset.partner_id) == places[visit.order_id]
                    or asset in visit.order_id.asset_ids
                )
            ][:SHOWN]
            for visit in visits
        }

    @api.model
    def _get_unit_values(self, asset):
        return {
            "id": asset.id,
            "name": asset.name,
            # Which number a unit has is no secret to who stands before it.
            "serial": asset.serial or asset.sudo().lot_id.name or "",
            # Whether it may come back into stock.
            "takes_back": asset._can_take_back(),
        }

    @api.model
    def _get_install_values(self, part):
        """Return what the office has planned, to be chosen otherwise on site."""
        return {
            "makes_equipment": part.makes_equipment,
            "install": {
                "as": part.install_as,
                "asset_id": part.install_asset_id.id,
                "old_unit": part.old_unit,
            },
        }
