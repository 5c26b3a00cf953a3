from odoo import models


class FieldServicePartFollow(models.AbstractModel):
    """Parts go into the van of whoever goes, as long as nobody has loaded them."""

    _name = "field.service.part.follow"
    _description = "Parts that Follow the Technician"

    def _follow_technician(self):
        """Bring the parts into the van of the technician who is planned now.

        What is loaded already, used, or in somebody's hands stays, and is said.
        """
        # Whoever plans the visit decides in whose van its parts are needed.
        for part in self.sudo():
            if part.state not in ("waiting", "reserved") or part.used_qty:
                continue
            target = part._get_default_location()
            if target == part.location_id or not part._is_in_default():
                continue
            if part._is_loaded():
                part._say_left_behind(target)
                continue
            part._cancel_open_moves()
            part.location_id = target
            part._reserve()

    def _is_in_default(self):
        """Tell whether nobody has chosen by hand where the part is taken from."""
        warehouses = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)]
        )
        places = self.env["hr.employee"]._get_service_vans(self.company_id)
        places |= warehouses.lot_stock_id | warehouses.wh_output_stock_loc_id
        return self.location_id in places

    def _is_loaded(self):
        """Tell whether the part was brought into a van, or is just being loaded."""
        supply = self.move_ids.filtered(
            lambda move: "customer"
            not in (move.location_id.usage, move.location_dest_id.usage)
            and move.location_dest_id._child_of(self.location_id)
        )
        return any(
            move.state == "done" or (move.state != "cancel" and move._is_in_hand())
            for move in supply
        )

    def _say_left_behind(self, target):
        self.order_id._message_log(
            body=self.env._(
                "%(part)s is in %(van)s already: hand it over to %(target)s.",
                part=self.display_name,
                van=self.location_id.display_name,
                target=target.display_name,
            )
        )
