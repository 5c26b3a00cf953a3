from odoo import fields, models


class FieldServiceLoadConfirmation(models.Model):
    """Who loaded what and when. The key of a phone counts once."""

    _name = "field.service.load.confirmation"
    _description = "Confirmation of a Load List"
    _order = "moment desc, id desc"
    _rec_name = "moment"
    _check_company_auto = True

    load_id = fields.Many2one(
        comodel_name="field.service.load",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="load_id.company_id", store=True, index=True, precompute=True
    )
    key = fields.Char(readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Loaded by",
        required=True,
        readonly=True,
        index=True,
    )
    moment = fields.Datetime(string="Loaded on", required=True, readonly=True)
    loaded = fields.Text(readonly=True)
    missing = fields.Text(readonly=True, help="What was not loaded then, and why.")

    _key_uniq = models.Constraint(
        "UNIQUE(load_id, key)", "This has been confirmed already."
    )
