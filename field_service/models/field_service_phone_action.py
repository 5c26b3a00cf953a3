from datetime import timedelta

from odoo import api, fields, models

# Longer than a phone may keep what it has not sent.
KEPT_DAYS = 60


class FieldServicePhoneAction(models.Model):
    """What a phone has reported, by the key it made: the same key counts once.

    A phone that lost the network before it heard the answer sends again.
    """

    _name = "field.service.phone.action"
    _description = "Phone Report"
    _order = "id desc"
    _rec_name = "key"
    _check_company_auto = True

    key = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="visit_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Char(required=True, readonly=True)
    device_time = fields.Datetime(required=True, readonly=True)

    _key_uniq = models.Constraint(
        "UNIQUE(user_id, key)", "This report has arrived already."
    )

    @api.autovacuum
    def _gc_phone_actions(self):
        """Forget keys that no phone will send again."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        # Kept for the phones, not for readers: nobody has a right to delete them.
        self.sudo().search([("create_date", "<", limit)]).unlink()
