from odoo import fields, models


class FieldServiceToolHolding(models.Model):
    """Who had a tool from when to when: written by the hand-over, nobody by hand."""

    _name = "field.service.tool.holding"
    _description = "Hand-over of a Tool"
    _order = "id desc"
    _rec_name = "resource_id"
    _check_company_auto = True

    resource_id = fields.Many2one(
        comodel_name="resource.resource",
        string="Tool",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="resource_id.company_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Holder",
        required=True,
        index=True,
        check_company=True,
    )
    date_from = fields.Datetime(string="Since", required=True)
    date_to = fields.Datetime(string="Until")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Handed over by", index="btree_not_null"
    )
    note = fields.Char()

    _one_holder = models.UniqueIndex(
        "(resource_id) WHERE date_to IS NULL", "Somebody else has this tool already."
    )
