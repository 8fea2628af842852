import { texts } from "../texts";

export const t = texts("filters", {
  filters: "Filters",
  title: "Narrow the search",
  room: "Room",
  allRooms: "All rooms",
  writtenBy: "Written by",
  anybody: "Anybody",
  firstDay: "First day",
  lastDay: "Last day",
  show: "Show messages",
  by: "By {name}",
  since: "Since {day}",
  until: "Until {day}",
  remove: "Remove the filter: {filter}",
  badDays: "The last day must not be earlier than the first.",
});
