from odoo import api, fields, models

METHODS = [
    ("hour", "Per Hour"),
    ("visit", "Per Visit"),
    ("order", "Per Work Order"),
]


class FieldServiceSubcontractPrice(models.Model):
    """What was agreed with a subcontractor, from a date on.

    A price for the job type goes before the one for all work.
    """

    _name = "field.service.subcontract.price"
    _description = "Subcontractor Price"
    _order = "vendor_id, date_from desc, id desc"
    _check_company_auto = True

    vendor_id = fields.Many2one(
        comodel_name="res.partner",
        string="Subcontractor",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
        help="Empty: for all work.",
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    method = fields.Selection(
        selection=METHODS, string="Agreed", required=True, default="hour"
    )
    price = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        index=True,
        default=lambda self: self.env.company.currency_id,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        index="btree_not_null",
        check_company=True,
        domain="[('type', '=', 'service'), ('purchase_ok', '=', True)]",
        help="Decides account and taxes of the bill line.",
    )

    _price_positive = models.Constraint(
        "CHECK(price >= 0)", "The price of a subcontractor cannot be negative."
    )
    _uniq = models.UniqueIndex(
        "(vendor_id, company_id, COALESCE(job_type_id, 0), date_from)",
        "There is another price of this subcontractor from the same day on.",
    )

    def _default_date_from(self):
        return fields.Date.context_today(self)

    @api.depends("vendor_id.name", "date_from")
    def _compute_display_name(self):
        for price in self:
            price.display_name = f"{price.vendor_id.name}, {price.date_from}"

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        prices = super().create(vals_list)
        prices._price_open_work()
        return prices

    def write(self, vals):
        result = super().write(vals)
        self._price_open_work()
        return result

    def _price_open_work(self):
        """Price what is not billed yet: what was agreed may be entered late."""
        # Whoever enters prices need not have any right on work orders.
        lines = self.env["field.service.subcontract"].sudo()
        vendors = self.vendor_id.commercial_partner_id
        lines = lines.search(
            [
                ("vendor_id.commercial_partner_id", "in", vendors.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "in", ("open", "nothing")),
            ]
        )
        lines.order_id._process_subcontracts()

    @api.model
    def _find_price(self, vendor, job_type, date, company):
        """Return the price that was agreed for work of a day; empty when none was."""
        # A technician completes a visit without seeing what anybody costs.
        prices = self.sudo().search(
            [
                ("vendor_id", "in", (vendor | vendor.commercial_partner_id).ids),
                ("company_id", "=", company.id),
                ("job_type_id", "in", (job_type.id, False)),
                ("date_from", "<=", date),
            ],
            order="date_from desc, id desc",
        )
        return prices.sorted(lambda price: not price.job_type_id)[:1]
