from odoo import models


class FieldServiceMoveVan(models.AbstractModel):
    """What the vans' technicians hear of stock moves, and who fills a van when."""

    _name = "field.service.move.van"
    _description = "Moves of Vans"

    def _trigger_scheduler(self):
        """Let a part ask for itself before the reordering rule of its van does.

        Otherwise both would have the same shortage brought. The rule sees what is
        left to do the next time it runs.
        """
        own = self.filtered(
            lambda move: move.location_id.service_van
            and move.location_id == move.service_part_id.location_id
        )
        return super(FieldServiceMoveVan, self - own)._trigger_scheduler()

    def _action_done(self, cancel_backorder=False):
        transfers = self._get_van_transfers()
        done = super()._action_done(cancel_backorder=cancel_backorder)
        transfers._tell_if_ended()
        return done

    def _action_cancel(self):
        transfers = self._get_van_transfers()
        result = super()._action_cancel()
        transfers._tell_if_ended()
        return result

    def _get_van_transfers(self):
        """Return what colleagues wait for among these moves."""
        # Whoever moves goods need not have any right on work orders.
        transfers = self.env["field.service.van.transfer"].sudo()
        if not self.picking_id:
            return transfers
        return transfers.search(
            [("picking_id", "in", self.picking_id.ids), ("is_open", "=", True)]
        )
