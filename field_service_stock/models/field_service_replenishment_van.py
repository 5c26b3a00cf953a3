from odoo import fields, models


class FieldServiceReplenishmentVan(models.AbstractModel):
    """What the transfers that fill up a van, or empty it, have in common."""

    _name = "field.service.replenishment.van"
    _description = "Replenished Van"

    service_reference_id = fields.Many2one(
        comodel_name="stock.reference",
        string="Replenishment Reference",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="Transfers of the van replenishment. What is added before they are done "
        "joins them, so that there is one transfer to load.",
    )

    def _get_replenishment_reference(self):
        """Return the reference of this van's replenishment."""
        self.ensure_one()
        if not self.service_reference_id:
            self.service_reference_id = self.env["stock.reference"].create(
                {"name": self.env._("Replenishment of %(van)s", van=self.name)}
            )
        return self.service_reference_id
