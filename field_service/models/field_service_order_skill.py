from odoo import fields, models


class FieldServiceOrderSkill(models.Model):
    """A skill that a work order needs."""

    _name = "field.service.order.skill"
    _inherit = ["field.service.skill.mixin"]
    _description = "Skill of a Work Order"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )

    _skill_uniq = models.Constraint(
        "UNIQUE(order_id, skill_id)", "A skill is asked for once."
    )
