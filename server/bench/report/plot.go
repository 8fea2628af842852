package report

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

const (
	plotWidth  = 16 * vg.Centimeter
	plotHeight = 8 * vg.Centimeter
	barWidth   = 0.5 * vg.Centimeter

	legendPadding = 0.1 * vg.Centimeter
)

// colours keep a peer's colour the same in all plots, and apart for those who see few.
func colour(peer string) color.Color {
	switch peer {
	case ours:
		return color.RGBA{R: 0x00, G: 0x5f, B: 0xb8, A: 0xff}
	case "node":
		return color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
	case "centrifuge":
		return color.RGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}
	}
	return color.RGBA{R: 0x70, G: 0x70, B: 0x70, A: 0xff}
}

// draw draws one figure of all cases and peers: a curve where the cases are one, else bars.
func (s *Section) draw(f Figure, path string) error {
	p := plot.New()
	p.Title.Text = s.Title + ": " + f.Name
	p.Y.Label.Text = f.Unit
	p.Y.Min = 0
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = true, true, legendPadding
	p.BackgroundColor = color.White // readable on a dark page too
	var err error
	if s.XName == "" {
		err = s.bars(p, f)
	} else {
		err = s.curves(p, f)
	}
	if err != nil {
		return err
	}
	p.Y.Max *= 1.4 // room for the legend
	return p.Save(plotWidth, plotHeight, path)
}

func (s *Section) bars(p *plot.Plot, f Figure) error {
	labels := make([]string, len(s.Cases))
	for i, c := range s.Cases {
		labels[i] = c.Label
	}
	for i, peer := range s.Peers {
		values := make(plotter.Values, len(s.Cases))
		for j, c := range s.Cases {
			if v, ok := s.Value(c, peer, f); ok {
				values[j] = v.Median()
			}
		}
		if slices.Max(values) == 0 {
			continue
		}
		chart, err := plotter.NewBarChart(values, barWidth)
		if err != nil {
			return err
		}
		chart.Color, chart.LineStyle.Width = colour(peer), 0
		chart.Offset = barWidth * vg.Length(2*i-len(s.Peers)+1) / 2
		p.Add(chart)
		p.Legend.Add(peer, chart)
	}
	p.NominalX(labels...)
	p.X.Min, p.X.Max = -0.5, float64(len(s.Cases))-0.5 // room for the labels
	return nil
}

func (s *Section) curves(p *plot.Plot, f Figure) error {
	p.X.Label.Text = s.XName
	if s.LogX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	for _, peer := range s.Peers {
		var points plotter.XYs
		for _, c := range s.Cases {
			if v, ok := s.Value(c, peer, f); ok {
				points = append(points, plotter.XY{X: c.X, Y: v.Median()})
			}
		}
		if len(points) == 0 {
			continue
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		line.Color, line.Width, dots.Color = colour(peer), 2, colour(peer)
		p.Add(line, dots)
		p.Legend.Add(peer, line)
	}
	return nil
}
