from ast import literal_eval

from odoo import fields, models


class FieldServiceTeam(models.Model):
    _name = "field.service.team"
    _description = "Field Service Team"
    _inherit = ["mail.alias.mixin"]
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    leader_id = fields.Many2one(
        comodel_name="res.users",
        string="Dispatcher",
        index="btree_not_null",
        check_company=True,
    )
    member_ids = fields.Many2many(
        comodel_name="hr.employee", string="Technicians", check_company=True
    )
    depot_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
        help="Where the days of the team begin and end. Empty: at the technician's "
        "work address.",
    )
    alias_id = fields.Many2one(
        index=True, help="Mails to this address become new work orders of the team."
    )

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("field.service.order")
        if self.id:
            defaults = literal_eval(self.alias_defaults or "{}")
            values["alias_defaults"] = {
                **defaults,
                "team_id": self.id,
                "company_id": self.company_id.id,
            }
        return values
