from odoo import api, fields, models

PLACE_FIELDS = {"site_id", "partner_id", "parent_id"}


class FieldServiceAssetPlace(models.AbstractModel):
    """Where equipment stands, where it stood before, and until when it is covered."""

    _name = "field.service.asset.place"
    _description = "Place of Equipment"

    installation_ids = fields.One2many(
        comodel_name="field.service.asset.installation",
        inverse_name="asset_id",
        string="Installations",
        readonly=True,
    )
    removed_on = fields.Date(
        readonly=True,
        index="btree_not_null",
        copy=False,
        tracking=True,
        help="It stands at no site any longer; its history stays.",
    )
    repair_warranty_until = fields.Date(
        tracking=True,
        help="Warranty on the repair of a unit that was installed again; the warranty "
        "on the unit itself goes on beside it.",
    )

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        assets = super().create(vals_list)
        if not self.env.context.get("service_installing"):
            for asset in assets.filtered("site_id"):
                asset._log_place(asset.installed_on)
        return assets

    def write(self, vals):
        following = self.env.context.get("service_installing")
        before = {} if following else {asset: asset.site_id for asset in self}
        result = super().write(vals)
        for asset, site in before.items():
            if asset.site_id != site:
                asset._log_move(site, vals.get("installed_on"))
            elif (PLACE_FIELDS | {"installed_on"}) & vals.keys():
                asset._log_correction(vals)
        return result

    # ------------------------------------------------------------------- history
    def _get_open_installation(self):
        """Return the present stay, if it stands anywhere."""
        # Whoever may change the equipment changes its history with it.
        stays = self.sudo().installation_ids
        return stays.filtered(lambda stay: not stay.date_to)

    def _log_place(self, date, **values):
        """Begin a stay where the equipment stands now."""
        self.ensure_one()
        # See above: the history is written by the equipment, nobody by hand.
        return (
            self.env["field.service.asset.installation"]
            .sudo()
            .create(
                {
                    "asset_id": self.id,
                    "site_id": self.site_id.id,
                    "partner_id": self.partner_id.id,
                    "parent_id": self.parent_id.id,
                    "date_from": date,
                    **values,
                }
            )
        )

    def _log_move(self, before, date=None):
        """Somebody wrote another site: one stay ends, the next begins."""
        self.ensure_one()
        date = fields.Date.to_date(date) or fields.Date.context_today(self)
        stays = self.sudo().installation_ids  # as above
        if before and not self._get_open_installation():
            # Registered before there was a history.
            stays |= self._log_place(self.installed_on, site_id=before.id)
        elif not stays:
            date = self.installed_on
        self._get_open_installation()._end(date, "moved")
        if self.site_id:
            self._log_place(date)
        self._follow_installations()

    def _log_correction(self, vals):
        """Keep the present stay in line with what somebody corrects on the form."""
        values = {name: vals[name] for name in PLACE_FIELDS & vals.keys()}
        values.pop("site_id", None)
        if "installed_on" in vals:
            values["date_from"] = vals["installed_on"]
        self._get_open_installation().write(values)

    # ------------------------------------------------------- install and remove
    def _install(self, site, date, **values):
        """Let the equipment stand at a site from a day on, wherever it was before.

        :param values: further values of the stay, such as customer, parent and order
        """
        self.ensure_one()
        self._get_open_installation()._end(
            date, "moved", removal_order_id=values.get("order_id")
        )
        inside = self.child_ids.filtered("removed_on")
        stay = self._log_place(
            date, **{"site_id": site.id, "parent_id": False, **values}
        )
        self._follow_installations()
        along = {name: values.get(name) for name in ("partner_id", "order_id")}
        for child in inside:
            child._install(site, date, parent_id=self.id, **along)
        return stay

    def _remove(self, date, removal, **values):
        """Take the equipment, and what is built into it, away from its site."""
        family = self.search([("id", "child_of", self.ids)]) if self else self
        stays = family._get_open_installation()
        for asset in family.filtered("site_id") - stays.asset_id:
            # Registered before there was a history.
            stays |= asset._log_place(asset.installed_on)
        stays._end(date, removal, **values)
        family._follow_installations()
        return stays

    def _follow_installations(self):
        """Bring the equipment to what its latest stay says. Idempotent."""
        # As above: the equipment follows its history, whoever moved the goods.
        assets = self.sudo().with_context(service_installing=True)
        assets.invalidate_recordset(["installation_ids"])
        # What something is built into goes first.
        for asset in assets.sorted("parent_path"):
            values = asset._prepare_place_values()
            changed = {
                name: value
                for name, value in values.items()
                if asset._fields[name].convert_to_write(asset[name], asset) != value
            }
            if changed:
                asset.write(changed)

    def _prepare_place_values(self):
        """Return what the latest stay says about the equipment."""
        self.ensure_one()
        stays = self.installation_ids
        last = stays.filtered(lambda stay: not stay.date_to) or stays[:1]
        if not last:
            return {"site_id": False, "removed_on": fields.Date.context_today(self)}
        if last.date_to:
            inside = self.parent_id.removed_on == last.date_to and self.parent_id.id
            return {
                "site_id": False,
                # What is built into something that went away went away inside it.
                "parent_id": inside or False,
                "removed_on": last.date_to,
            }
        return {
            "active": True,
            "site_id": last.site_id.id,
            "partner_id": last.partner_id.id,
            "parent_id": last.parent_id.id,
            "installed_on": last.date_from,
            "removed_on": False,
        }

    def _get_warranty_end(self):
        """Return the last day on which the unit, or a repair of it, is covered."""
        ends = filter(None, (self.warranty_until, self.repair_warranty_until))
        return max(ends, default=False)

    def _is_under_warranty(self, day):
        """Tell whether the unit, or a repair of it, is under warranty on a day."""
        end = self._get_warranty_end()
        return bool(end) and day <= end
