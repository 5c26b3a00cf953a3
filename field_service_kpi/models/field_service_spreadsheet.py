from odoo import api, models
from odoo.tools import file_open

MODEL = "spreadsheet.dashboard"
XML_ID = "field_service_kpi.spreadsheet_dashboard"
FILE = "field_service_kpi/data/files/field_service_dashboard.json"


class FieldServiceSpreadsheet(models.AbstractModel):
    """Puts a dashboard of work orders among the spreadsheet dashboards of Odoo.

    Those are a module of its own which the suite does not force on anybody: the
    dashboard is made when that module is there, at the installation or by a button.
    """

    _name = "field.service.spreadsheet"
    _description = "Spreadsheet Dashboard of Work Orders"

    @api.model
    def _is_available(self):
        """Whether Odoo's spreadsheet dashboards are installed."""
        return MODEL in self.env

    @api.model
    def _get_dashboard(self):
        """Return the dashboard, or nothing where there is none."""
        if not self._is_available():
            return None
        return self.env.ref(XML_ID, raise_if_not_found=False)

    @api.model
    def _install_dashboard(self):
        """Make the dashboard, or bring it up to date; return it."""
        if not self._is_available():
            return None
        section = "spreadsheet_dashboard.spreadsheet_dashboard_group_project"
        with file_open(FILE) as file:
            values = {
                "name": "Field Service",
                "spreadsheet_data": file.read(),
                "dashboard_group_id": self.env.ref(section).id,
                "group_ids": [(6, 0, self.env.ref("field_service.group_cost").ids)],
                "sequence": 50,
                "is_published": True,
            }
        # Not a part of the module's data: an update that comes before Odoo's module
        # is loaded must not take it for gone.
        record = {"xml_id": XML_ID, "values": values, "noupdate": True}
        return self.env[MODEL]._load_records([record])
