"""The rows of the workbooks."""

Rows = list[tuple[object, ...]]

TEST_RESULTS: dict[str, Rows] = {
    "Summary": [
        ("Test results of pump type VH-C40, second half of 2024",),
        ("Measured on the hot water bench in hall 2, water at 20 degrees, according to our acceptance plan",),
        ("Serial number", "Customer", "Flow m3/h", "Head m", "Efficiency %", "Result", "Remark"),
        (
            "40-3121",
            "Saltmarsh Brewing Company",
            24.1,
            27.6,
            68.9,
            "passed",
            "Open impeller, clamp connections, polished",
        ),
        ("40-3122", "Saltmarsh Brewing Company", 24.0, 27.3, 68.4, "passed", "Twin of the pump above"),
        ("40-3125", "Stock", 28.3, 32.2, 71.1, "passed", "Best efficiency since the new pattern was introduced"),
        (
            "40-3127",
            "Orchard Lane Nursery",
            27.4,
            30.2,
            66.0,
            "repeated",
            "Wear ring had been fitted off centre; after correction 70.8 per cent",
        ),
        ("40-3130", "Fogwell Dairies", 28.0, 31.9, 70.5, "passed", "Run with hot water at 85 degrees for two hours"),
    ],
    "Vibration": [
        ("Serial number", "Drive side mm/s", "Pump side mm/s", "Judgement"),
        ("40-3121", 0.9, 1.1, "quiet"),
        ("40-3122", 1.0, 1.2, "quiet"),
        ("40-3125", 0.8, 0.9, "very quiet, used as demonstration pump on the open day"),
        ("40-3127", 2.6, 3.0, "rough before correction, 1.1 and 1.3 afterwards"),
        ("40-3130", 1.2, 1.4, "quiet when cold, slightly louder when hot"),
    ],
    "Instruments": [
        ("Instrument", "Number", "Calibrated until", "Note"),
        ("Magnetic flow meter", "FM-02", "2025-03", "Zero checked each morning with the loop filled and still"),
        ("Pressure gauges", "PG-11 and PG-12", "2025-01", "One of the two is exchanged every six months"),
        ("Power analyser", "PA-01", "2025-08", "Lent by the technical college until ours returns from repair"),
    ],
}

PRICE_LIST: dict[str, Rows] = {
    "Pumps": [
        ("Price list 2024 for distributors, in euros, ex works Aldermoor, without value added tax",),
        ("Type", "Material", "Motor kW", "List price", "Delivery in weeks", "Comment"),
        ("VH-C40", "cast iron", 5.5, 3480, 3, "The pump that most customers mean when they ask for a pump"),
        ("VH-C40", "stainless steel", 5.5, 6350, 8, "Polished on request for breweries and dairies"),
        ("VH-C65", "spheroidal graphite iron", 15, 6120, 5, "With spacer coupling and guard"),
        ("VH-C65", "stainless steel", 18.5, 11890, 10, "Double seal possible without change of dimensions"),
        ("VH-D5", "plastic", 0.03, 412, 1, "Yearly maintenance set not included"),
        ("VH-P40", "industrial version", 7.5, 9940, 6, "Boots and oil for the joints included"),
    ],
    "Spare parts": [
        ("Part", "Fits", "Price", "Remark"),
        ("Mechanical seal carbon on silicon carbide", "VH-C40", 236, "From ten pieces fifteen per cent less"),
        ("Mechanical seal silicon carbide on both sides", "VH-C65", 489, "For sand, glycol and hot water"),
        ("Bearing bracket complete", "VH-C40", 1190, "Exchange within one day; the old bracket is credited with 240"),
        ("Maintenance set", "VH-D5", 96, "Yellow bag, complete for one year"),
        ("Stator white nitrile", "VH-P40", 870, "Keep in the dark"),
    ],
    "Discounts": [
        ("Group", "Pumps", "Parts", "Condition"),
        ("Distributor with workshop", 0.32, 0.25, "Has a trained fitter and stocks at least two brackets"),
        ("Distributor without workshop", 0.24, 0.15, "Refers repairs to us or to a partner with a workshop"),
        ("Plant builder", 0.20, 0.10, "More than ten pumps in a calendar year"),
    ],
}

BUDGET: dict[str, Rows] = {
    "Overview": [
        ("Budget 2025, first draft for discussion with the department heads on 4 December",),
        ("Position", "Actual 2023", "Forecast 2024", "Budget 2025", "Explanation"),
        ("Turnover pumps", 7840000, 8110000, 8560000, "Includes seventy pumps of the new type VH-P20 from April"),
        (
            "Turnover service and parts",
            3120000,
            3390000,
            3600000,
            "Two additional technicians, vibration monitoring as subscription",
        ),
        ("Material", 4480000, 4610000, 4830000, "Nickel assumed at the average of the past twelve months"),
        ("Wages and salaries", 3870000, 4010000, 4240000, "Increase agreed in summer and three new positions"),
        ("Energy", 214000, 187000, 171000, "Heat recovery of the test bench works through a whole winter"),
        ("Warranty", 136000, 231000, 165000, "The leaking seals of last year are not expected to return"),
    ],
    "Investments": [
        ("Item", "Amount", "Quarter", "Reason"),
        ("Horizontal boring mill", 410000, "Q1", "Replaces the machine of 1983; already ordered and half paid"),
        (
            "Solar panels on hall 1",
            168000,
            "Q2",
            "Depends on the opinion of the structural engineer about the roof beams",
        ),
        (
            "Second three-point gauge set",
            9200,
            "Q1",
            "Lesson from the seal recess; production must not wait for calibration",
        ),
        ("Service vans", 84000, "Q3", "Two vans with a crane arm for pumps up to one hundred kilograms"),
    ],
    "Open questions": [
        ("Question", "Who answers", "Until"),
        ("Does sales believe in seventy pumps of a type that nobody has bought yet?", "Isabel Carranza", "2 December"),
        ("Can hall 2 book its hours on terminals before the middle of the year?", "Graham Sillitoe", "2 December"),
        ("Which of the old castings for the B series may be scrapped at last?", "Owen Thackray", "9 December"),
    ],
}
