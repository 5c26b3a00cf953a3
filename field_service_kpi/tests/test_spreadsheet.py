import json
import re

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from ..models.field_service_spreadsheet import FILE


@tagged("post_install", "-at_install")
class TestSpreadsheet(TransactionCase):
    """The spreadsheet names nothing that is not there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open(FILE) as file:
            cls.book = json.load(file)

    def _check_chain(self, model, chain):
        for name in chain.split("."):
            self.assertIn(name, self.env[model]._fields, f"{model}: {chain}")
            model = self.env[model]._fields[name].comodel_name

    def test_pivots(self):
        self.assertTrue(self.book["pivots"])
        for pivot in self.book["pivots"].values():
            model = pivot["model"]
            for part in (*pivot["measures"], *pivot["rows"]):
                self._check_chain(model, part["fieldName"])
            for match in pivot["fieldMatching"].values():
                self._check_chain(model, match["chain"])

    def test_charts_and_filters(self):
        filters = {one["id"] for one in self.book["globalFilters"]}
        for one in self.book["globalFilters"]:
            if one["type"] == "relation":
                self.assertIn(one["modelName"], self.env)
        figures = [one for sheet in self.book["sheets"] for one in sheet["figures"]]
        self.assertEqual(
            {one["id"] for one in figures}, set(self.book["chartOdooMenusReferences"])
        )
        for figure in figures:
            data = figure["data"]
            if data["type"] == "scorecard":
                continue
            model = data["metaData"]["resModel"]
            self._check_chain(model, data["metaData"]["measure"])
            self.assertEqual(set(data["fieldMatching"]), filters)
            for match in data["fieldMatching"].values():
                self._check_chain(model, match["chain"])
        for xml_id in self.book["chartOdooMenusReferences"].values():
            self.assertTrue(self.env.ref(xml_id).action)

    def test_formulas_name_pivots_and_measures(self):
        cells = [
            text for sheet in self.book["sheets"] for text in sheet["cells"].values()
        ]
        for text in cells:
            for number, measure in re.findall(r'PIVOT\.VALUE\((\d+),"(\w+)"', text):
                measures = self.book["pivots"][number]["measures"]
                self.assertIn(measure, {one["id"] for one in measures})
            for number in re.findall(r"=PIVOT\((\d+)", text):
                self.assertIn(number, self.book["pivots"])

    def test_without_odoos_dashboards_there_is_none(self):
        model = self.env["field.service.spreadsheet"]
        found = model._install_dashboard()
        self.assertEqual(bool(found), "spreadsheet.dashboard" in self.env)
        self.assertEqual(bool(model._get_dashboard()), bool(found))
        # The button asks before it promises anything.
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.service_has_spreadsheet, bool(found))
