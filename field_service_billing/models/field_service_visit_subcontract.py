from odoo import fields, models


class FieldServiceVisitSubcontract(models.AbstractModel):
    """Whose time on a visit is paid by a bill, and whose is labour of one's own."""

    _name = "field.service.visit.subcontract"
    _description = "Subcontractors on Visits"

    subcontract_ids = fields.One2many(
        comodel_name="field.service.subcontract",
        inverse_name="visit_id",
        string="Subcontracted Work",
        readonly=True,
        copy=False,
        groups="field_service.group_cost",
    )

    def _get_vendors(self):
        """Return {person: vendor} of those on the visit who are subcontractors'.

        Who was paid as one's own stays it, and who was owed to a vendor stays that:
        what a technician becomes later says nothing about work that is done.
        """
        self.ensure_one()
        # Read for whoever completes a visit, who need not see what anybody costs.
        visit = self.sudo()
        own = visit.rate_ids.employee_id
        known = {line.employee_id: line.vendor_id for line in visit.subcontract_ids}
        known[visit.technician_id] = visit.vendor_id
        result = {}
        for person in visit._get_people() - own:
            vendor = known.get(person, person.service_vendor_id)
            if vendor:
                result[person] = vendor
        return result

    def _get_own_people(self):
        """Return those on the visit whose time is labour of one's own."""
        self.ensure_one()
        vendors = self._get_vendors()
        return self._get_people().filtered(lambda person: person not in vendors)
