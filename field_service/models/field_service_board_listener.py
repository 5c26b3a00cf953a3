from odoo import api, models

CHANNEL = "field_service_board"


class FieldServiceBoardListener(models.AbstractModel):
    """Tells the dispatchers' open boards that something on them has changed.

    What has changed is not said: a board asks again, with its own user's rights.
    """

    _name = "field.service.board.listener"
    _description = "Listener of the Dispatch Board"

    @api.model
    def _get_board_fields(self):
        """Return the names of the fields a board shows."""
        return {"state", "priority", "team_id", "planned_hours"}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._refresh_boards()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._get_board_fields() & vals.keys():
            self._refresh_boards()
        return result

    def unlink(self):
        self._refresh_boards()
        return super().unlink()

    def _refresh_boards(self):
        """Send one message per company, however much is planned at once."""
        # The tab that made the change has loaded it already.
        tab = self.env.context.get("field_service_board_tab")
        told = self.env.cr.precommit.data.setdefault(CHANNEL, set())
        # Whoever changes a plan need not be allowed to read companies.
        for company in self.sudo().company_id:
            if (company.id, tab) not in told:
                told.add((company.id, tab))
                self.env["bus.bus"]._sendone(
                    (company, CHANNEL), CHANNEL, {"company_id": company.id, "tab": tab}
                )
