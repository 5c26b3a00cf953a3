from odoo import fields, models
from odoo.tools import SQL

from .field_service_job_type import COVERAGES

# reason -> columns of the charge: quantity and value that are not billed for it.
# What rules add is billed without being worked: leakage below zero.
SHARES = {
    "covered": ("charge.covered_qty", "charge.covered_amount"),
    "discount": ("0", "charge.discount_amount"),
    "left_out": (
        "charge.worked_qty + charge.uplift_qty - charge.covered_qty - charge.quantity",
        "charge.left_out_amount",
    ),
    "extra": ("-charge.extra_qty", "-charge.extra_amount"),
    "rounding": ("-charge.rounding_qty", "-charge.rounding_amount"),
    "minimum": ("-charge.minimum_qty", "-charge.minimum_amount"),
    "agreed": ("-charge.agreed_qty", "-charge.agreed_amount"),
}


class FieldServiceLeakage(models.Model):
    """What was worked and is not billed: one line per charge and reason.

    The sum of a charge's lines is its value less what is billed of it, to the cent.
    Below zero is what was billed by a rule without being worked.
    """

    _name = "field.service.leakage"
    _description = "Work Not Billed"
    _auto = False
    _rec_name = "charge_id"
    _order = "date desc, id desc"
    _check_company_auto = True
    _depends = {
        "field.service.charge": [
            "covered_qty",
            "covered_amount",
            "discount_amount",
            "left_out_amount",
            "leakage_reason_id",
            "coverage",
            "extra_amount",
            "rounding_amount",
            "minimum_amount",
            "agreed_amount",
            "uplift_qty",
        ],
        "field.service.order": ["completed_on", "partner_id", "job_type_id", "state"],
    }

    charge_id = fields.Many2one("field.service.charge", readonly=True)
    order_id = fields.Many2one(
        "field.service.order", string="Work Order", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    coverage_agreement_line_id = fields.Many2one(
        "field.service.agreement.coverage", string="Agreement", readonly=True
    )
    kind = fields.Selection(
        selection=lambda self: self.env["field.service.charge"]
        ._fields["kind"]
        ._description_selection(self.env),
        readonly=True,
    )
    reason = fields.Selection(
        selection=[
            *COVERAGES[1:],
            ("discount", "Discount"),
            ("left_out", "Left out"),
            ("extra", "After hours"),
            ("rounding", "Rounding"),
            ("minimum", "Minimum"),
            ("flat_rate", "Flat rate"),
            ("limit", "Limit"),
        ],
        readonly=True,
    )
    leakage_reason_id = fields.Many2one(
        "field.service.reason", string="Left Out Because", readonly=True
    )
    date = fields.Datetime(string="Completed On", readonly=True)
    quantity = fields.Float(string="Not Billed", digits="Product Unit", readonly=True)
    amount = fields.Monetary(
        string="Value",
        readonly=True,
        help="At the price the customer would have paid, before tax.",
    )

    @property
    def _table_query(self):
        shares = SQL(", ").join(
            SQL("(%s, %s, %s, %s)", number, reason, SQL(quantity), SQL(amount))
            for number, (reason, (quantity, amount)) in enumerate(SHARES.items())
        )
        return SQL(
            """SELECT charge.id * %(count)s + share.number AS id,
                      charge.id AS charge_id, charge.order_id, charge.company_id,
                      charge.currency_id, charge.product_id, charge.kind,
                      charge.coverage_agreement_line_id,
                      service.partner_id, service.job_type_id,
                      CASE share.reason WHEN 'covered' THEN charge.coverage
                           WHEN 'agreed' THEN CASE charge.kind
                                WHEN 'limit' THEN 'limit' ELSE 'flat_rate' END
                           ELSE share.reason END AS reason,
                      CASE share.reason WHEN 'left_out' THEN charge.leakage_reason_id
                           END AS leakage_reason_id,
                      COALESCE(service.completed_on, charge.create_date) AS date,
                      share.quantity, share.amount
                 FROM field_service_charge charge
                 JOIN field_service_order service ON service.id = charge.order_id
                CROSS JOIN LATERAL (VALUES %(shares)s)
                      AS share (number, reason, quantity, amount)
                WHERE share.amount != 0 OR share.quantity != 0""",
            count=len(SHARES),
            shares=shares,
        )
