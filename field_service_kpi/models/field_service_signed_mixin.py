from odoo import api, models
from odoo.exceptions import UserError


class FieldServiceSignedMixin(models.AbstractModel):
    """What is written by one SQL statement at the sign-off, and never again."""

    _name = "field.service.signed.mixin"
    _description = "Signed and Never Changed"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_changes()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_changes()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse_changes()

    def _refuse_changes(self):
        raise UserError(
            self.env._("What was signed is neither made nor changed nor deleted.")
        )
