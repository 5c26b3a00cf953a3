from odoo import fields, models

WARRANTY_KINDS = {
    "all": None,
    "parts": ("part",),
    "labour": ("labour", "travel", "fixed", "flat", "callout", "external"),
}


class FieldServiceAsset(models.Model):
    _name = "field.service.asset"
    _inherit = ["field.service.asset", "field.service.asset.offers"]

    warranty_scope = fields.Selection(
        selection=[
            ("all", "Parts and labour"),
            ("parts", "Parts only"),
            ("labour", "Labour only"),
        ],
        string="Warranty Covers",
        required=True,
        default="all",
        help="What the warranty pays for. Labour includes the way.",
    )

    def _warrants(self, kind):
        """Tell whether the warranty pays for charges of a kind."""
        self.ensure_one()
        kinds = WARRANTY_KINDS[self.warranty_scope]
        return kinds is None or kind in kinds
