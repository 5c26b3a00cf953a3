from odoo import fields, models


class FieldServiceOrderEquipment(models.AbstractModel):
    """Which equipment an order has put in and taken out."""

    _name = "field.service.order.equipment"
    _description = "Equipment Installed by Work Orders"

    installation_ids = fields.One2many(
        comodel_name="field.service.asset.installation",
        inverse_name="order_id",
        string="Installed Equipment",
        readonly=True,
    )
    removal_ids = fields.One2many(
        comodel_name="field.service.asset.installation",
        inverse_name="removal_order_id",
        string="Removed Equipment",
        readonly=True,
    )
