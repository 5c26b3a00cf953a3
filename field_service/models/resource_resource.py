from odoo import api, fields, models


class ResourceResource(models.Model):
    """Tools and vehicles: what they are called, who has them, whether they are valid.

    People are resources too. What is here concerns things only.
    """

    _name = "resource.resource"
    _inherit = [
        "resource.resource",
        "field.service.tool.care",
        "field.service.tool.custody",
        "field.service.tool.notice",
        "mail.thread",
    ]
    # A technician may say that something is broken.
    _mail_post_access = "read"
    _rec_names_search = ["name", "service_serial"]

    service_tool_category_id = fields.Many2one(
        comodel_name="field.service.tool.category",
        string="Tool Category",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        ondelete="restrict",
    )
    service_serial = fields.Char(
        string="Serial or Inventory Number",
        index="btree_not_null",
        copy=False,
        tracking=True,
    )

    @api.depends("name", "service_serial")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for resource in self.filtered("service_serial"):
            resource.display_name = f"{resource.name} ({resource.service_serial})"
        return result

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("resource_type") == "material" for vals in vals_list):
            return super().create(vals_list)
        # Nobody follows people here: creating employees costs what it did before.
        quiet = self.with_context(tracking_disable=True)
        return super(ResourceResource, quiet).create(vals_list).with_env(self.env)
