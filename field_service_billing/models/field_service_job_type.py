from odoo import fields, models

PRICE_GROUPS = (
    "field_service_billing.group_billing,field_service.group_manager,"
    "account.group_account_invoice,account.group_account_readonly"
)
COVERAGES = [
    ("chargeable", "Chargeable"),
    ("warranty", "Warranty"),
    ("contract", "Contract"),
    ("goodwill", "Goodwill"),
]
PRICING_METHODS = [
    ("time_material", "Time and material"),
    ("fixed", "Fixed price"),
]


class FieldServiceJobType(models.Model):
    _inherit = "field.service.job.type"

    coverage = fields.Selection(
        selection=COVERAGES,
        required=True,
        default="chargeable",
        help="Who usually pays for work of this kind, when neither a warranty nor an "
        "agreement does.",
    )
    is_warranty_work = fields.Boolean(
        string="Under Warranty",
        default=True,
        help="The warranty of the equipment pays for work of this kind. Switch it off "
        "for what is no defect: installations, maintenance.",
    )
    pricing_method = fields.Selection(
        selection=PRICING_METHODS, required=True, default="time_material"
    )
    fixed_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Fixed Price Product",
        index="btree_not_null",
        check_company=True,
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        help="Sold once for an order of this kind with a fixed price; its price in "
        "the customer's pricelist is the proposal.",
    )
