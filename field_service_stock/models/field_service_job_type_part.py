from odoo import api, fields, models


class FieldServiceJobTypePart(models.Model):
    """A part that jobs of this kind usually need."""

    _name = "field.service.job.type.part"
    _description = "Part of a Job Type's Kit"
    _order = "sequence, id"
    _check_company_auto = True

    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="job_type_id.company_id", store=True, index="btree_not_null"
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        check_company=True,
        domain="[('type', '=', 'consu')]",
        ondelete="restrict",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    uom_id = fields.Many2one(
        comodel_name="uom.uom",
        string="Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    probability = fields.Float(
        default=1.0,
        help="How often jobs of this kind need the part: 0.25 is one in four.",
    )
    mandatory = fields.Boolean(
        help="The job cannot be completed while this part is neither used nor marked "
        "as not needed."
    )

    customer_supplied = fields.Boolean(
        help="The customer provides the part: it is needed, but not ours."
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The quantity of a part must be more than zero."
    )
    _probability_range = models.Constraint(
        "CHECK(probability > 0 AND probability <= 1)",
        "The probability of a part must be more than 0 and at most 1.",
    )

    @api.depends("product_id")
    def _compute_uom_id(self):
        for line in self:
            line.uom_id = line.product_id.uom_id

    def _prepare_part_values(self):
        """Return the values of a work order's part made from this line."""
        self.ensure_one()
        return {
            "kit_line_id": self.id,
            "source": "kit",
            "customer_supplied": self.customer_supplied,
            "sequence": self.sequence,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "uom_id": self.uom_id.id,
            "probability": self.probability,
            "mandatory": self.mandatory,
        }
