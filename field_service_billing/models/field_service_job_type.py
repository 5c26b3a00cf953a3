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
    ("flat", "Flat rate"),
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
    flat_rate_id = fields.Many2one(
        comodel_name="field.service.flat.rate",
        index="btree_not_null",
        check_company=True,
        help="Proposed for orders of this kind that are charged by flat rate.",
    )
    service_pricing_id = fields.Many2one(
        comodel_name="field.service.pricing",
        string="Pricing Terms",
        company_dependent=True,
        check_company=True,
        groups=PRICE_GROUPS,
        help="For work of this kind, unless the agreement or the customer has others.",
    )
    invoice_on_site = fields.Boolean(
        string="Invoice on Site",
        default=True,
        help="The technician may make the invoice and take the payment when the work "
        "is finished, if the company allows it.",
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
