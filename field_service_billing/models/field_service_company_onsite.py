from odoo import fields, models


class FieldServiceCompanyOnsite(models.AbstractModel):
    """How a company is paid before its technician leaves."""

    _name = "field.service.company.onsite"
    _description = "Payment on Site of a Company"

    service_onsite_invoice = fields.Selection(
        selection=[
            ("none", "The office makes the invoice"),
            ("draft", "Pro forma, the office posts the invoice"),
            ("post", "Posted invoice"),
        ],
        string="Invoice on Site",
        required=True,
        default="none",
        help="What the technician makes on his phone when the work is finished. He "
        "sees what is to pay, without any right on accounting.",
    )
    service_handover_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Cash Is Handed Over To",
        domain=[("type", "in", ("cash", "bank"))],
        help="Main cash or bank: where the technicians' cash goes at the end of the "
        "day, unless another is chosen.",
    )
