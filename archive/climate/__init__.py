"""The climate of the storerooms (环境, bpmn/climate-alarm.bpmn, bpmn/climate-month.bpmn; domain §4.2, §10.9 P-ENV).

sensors      instruments, and the gateways that speak for them
readings     what is read, by hand or by a gateway; what lies outside its limits raises an alarm
messages     what a gateway posts: signed, taken once
alarms       confirmed in 15 minutes, acted on, normal for two hours, closed; else the director, or the emergency plan
months       the month's report
"""
